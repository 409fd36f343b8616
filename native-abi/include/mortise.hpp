// The C++17 kit: a plugin as a class. Header only; nothing but the C types of mortise.h crosses the boundary, and no exception does.
//
//     #include "mortise_manifest.h"  // made from manifest.json by the build
//     #include <mortise.hpp>
//
//     class Greeter : public mortise::Plugin {
//      public:
//       Greeter() {
//         stage("greeter:greet", [](mortise::Context& context) {
//           context.set("greeting", "Hello, " + std::string(context.string("who")));
//         }).name("Greet").description("Greets `who`").quick();
//       }
//     };
//     MORTISE_EXPORT_PLUGIN(Greeter, MORTISE_THREADS_SAFE)
//
// What is thrown anywhere reaches the host as a code and a text (error.hpp). Views (std::string_view, Bytes, Value) borrow; each header says from whom and for how long.
#ifndef MORTISE_HPP
#define MORTISE_HPP

#include "mortise.h"
#include "mortise/cpp/bytes.hpp"
#include "mortise/cpp/context.hpp"
#include "mortise/cpp/error.hpp"
#include "mortise/cpp/export.hpp"
#include "mortise/cpp/function.hpp"
#include "mortise/cpp/host.hpp"
#include "mortise/cpp/metadata.hpp"
#include "mortise/cpp/plugin.hpp"
#include "mortise/cpp/registry.hpp"
#include "mortise/cpp/resource.hpp"
#include "mortise/cpp/service.hpp"
#include "mortise/cpp/stage.hpp"
#include "mortise/cpp/value.hpp"

#endif

// Outside the guard: see there.
#include "mortise/record.h"
