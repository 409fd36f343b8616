/*
 * The C kit: a plugin as a list of what it offers, instead of a table of 22 slots. C11; nothing to link.
 *
 *     #include "mortise_manifest.h"
 *     #include "mortise/kit.h"
 *
 *     static FfiResult greet(void* state, const MortiseContext* context, MortiseError* error) {
 *       MortiseView who;
 *       (void)state;
 *       MORTISE_TRY(mortise_get_string(context, "who", &who, error));
 *       return mortise_set_format(context, "greeting", error, "Hello, %.*s", MORTISE_PRINT(who));
 *     }
 *
 *     static const MortiseStage stages[] = {MORTISE_STAGE("greeter:greet", greet, .name = "Greet", .flags = MORTISE_STAGE_QUICK)};
 *
 *     MORTISE_EXPORT_PLUGIN(MORTISE_THREADS_SAFE, .stages = MORTISE_ITEMS(stages))
 *
 * It may be included in any number of source files; MORTISE_EXPORT_PLUGIN stands in one of them. The kit is made of the contract (mortise.h) and of
 * nothing else: whatever it has no helper for is done with the contract's own structs, beside it.
 *
 * Functions that may fail return a code and take a MortiseError*, which may be NULL: they fill it, so that the code only has to be passed on
 * (MORTISE_TRY). Helpers that take a context may be called where that context may be used, those that take a host on any thread, as the host's
 * functions behind them.
 */
#ifndef MORTISE_KIT_H
#define MORTISE_KIT_H

#ifdef __cplusplus
#error "mortise/kit.h is for C: in C++ include mortise.hpp"
#else

#include "../mortise.h"

#include "kit/failure.h"
#include "kit/view.h"
#include "kit/read.h"
#include "kit/context.h"
#include "kit/host.h"
#include "kit/log.h"
#include "kit/function.h"
#include "kit/plugin.h"
#include "kit/export.h"

#endif
#endif

/* Outside the guard: for the manifest of a plugin that says name and version only now. */
#include "record.h"
