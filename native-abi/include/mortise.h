/*
 * Mortise plugin ABI 1.0 — the whole contract between a host and a compiled plugin.
 *
 * A plugin is a shared library that exports
 *
 *     PluginVTable* _plugin_init(void);                   required  (mortise/plugin.h)
 *     const void* mortise_plugin_extension(const char* id);     optional  (mortise/extension.h)
 *
 * and, better than not, carries one constant record (mortise/record.h) that the host reads from the file before any code
 * of the plugin runs.
 *
 * Notation at every function pointer and exported function, [THREAD & STATES; WHEN] before what it does and {OBLIGATIONS} after:
 *   main-thread      the JavaScript thread that owns the host: the process's main thread, or the worker that loaded the plugin.
 *   stage-thread     a thread of the host library, or the main thread for a stage or function that is marked QUICK.
 *   any-thread       any thread, those that the plugin started included.
 *   call-thread      the thread of the call that WHEN names.
 *   STATES           the states of a plugin in which the call is made or allowed, as a list or a span (opened … stopped):
 *                    unopened → opened → registered → initialised → running → stopped → destroyed.
 *                    During a call the plugin is still in the state before it. `stopped` follows shutdown, or any earlier step that failed. A plugin of which
 *                    _plugin_init returned NULL is as it was before.
 *   alone            no other call into the plugin is in progress.
 *   inside NAME      only while that call lasts, and made from it.
 *   after NAME       directly after that call returned; "after a call": after one of those that the comment lists.
 *   before NAME      no later than that call.
 *   if thread-safe   several at once, if the plugin declares MORTISE_THREADS_SAFE; else alone.
 *   {P5 H3}          the obligations (native-abi/README.md, "Obligations") that bear on this function before others: P are the plugin's, H the host's.
 * These bear on every function, and are not repeated: {P6 P8 P19 P20 H4 H8 H12 H14}. These bear on the library before its first function: {P1 P27 H1 H13 H24}.
 * Unless a plugin declares MORTISE_THREADS_SAFE in its record, the host makes one call at a time to it (enum MortiseThreads).
 *
 * Breaking a rule: a host function that is called in a state which it excludes answers MORTISE_WRONG_STATE if that is too early and MORTISE_CANCELLED if it is too late;
 * from a thread that it excludes, MORTISE_WRONG_STATE where
 * that can be told; with a pointer that is not what is asked for, the process may crash in the host library, as it would in the plugin. A slot of the plugin that is not what
 * the contract says gets the plugin refused before it runs, where that can be told, and is undefined where it cannot.
 * No function that a plugin gives to the host may let an exception, a panic or a longjmp out: that ends the process.
 *
 * Ownership: inputs are borrowed for the call. A result belongs to whoever made it; the host copies it and gives it back through
 * the stated free function exactly once, if and only if the call returned MORTISE_OK. What the host hands out lives until the outermost
 * call into the plugin returns, unless a longer life is stated.
 *
 * Growth: a struct that may grow starts with its size in bytes, set by whoever filled it. Read a field only if the size covers
 * it (MORTISE_HAS). The base vtable never grows.
 *
 * C11 and later, C++11 and later. No struct is passed or returned by value except in the base vtable.
 */
#ifndef MORTISE_H
#define MORTISE_H

#include "mortise/version.h"
#include "mortise/result.h"
#include "mortise/plugin.h"
#include "mortise/value.h"
#include "mortise/error.h"
#include "mortise/host.h"
#include "mortise/context.h"
#include "mortise/stage.h"
#include "mortise/extension.h"
#include "mortise/record.h"

#endif
