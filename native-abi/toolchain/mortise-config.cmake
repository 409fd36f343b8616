# find_package(mortise CONFIG): the headers, and a function that builds a plugin.
#
#   find_package(mortise CONFIG REQUIRED)
#   mortise_add_plugin(greeter src/plugin.c)
#
# mortise::headers is the include folder (C11, C++17).
#
# mortise_add_plugin(NAME [MANIFEST FILE] SOURCE...) builds a shared library NAME.so, NAME.dll or NAME.dylib of which nothing is exported but the entry points. MANIFEST,
# by default manifest.json beside the CMakeLists.txt of the caller, is compiled in: sources include "mortise_manifest.h", which is made from it. A
# manifest needs Node to be found (or -DMORTISE_NODE=PATH).
cmake_minimum_required(VERSION 3.16)

if(NOT TARGET mortise::headers)
  add_library(mortise::headers INTERFACE IMPORTED)
  target_include_directories(mortise::headers INTERFACE "${CMAKE_CURRENT_LIST_DIR}/../include")
endif()

set(MORTISE_TOOLCHAIN_DIR "${CMAKE_CURRENT_LIST_DIR}" CACHE INTERNAL "Where mortise-config.cmake is")
find_program(MORTISE_NODE NAMES node nodejs DOC "Node, which makes mortise_manifest.h from a manifest")

function(mortise_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 plugin "" "MANIFEST" "")
  if(NOT plugin_MANIFEST)
    set(plugin_MANIFEST manifest.json)
  endif()
  if(NOT plugin_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "mortise_add_plugin(${name}): no sources were given")
  endif()

  # No soname: a library is found by its path, and copies of it must stay apart.
  add_library(${name} SHARED ${plugin_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE mortise::headers)
  set_target_properties(${name} PROPERTIES
    PREFIX ""
    IMPORT_PREFIX ""
    NO_SONAME ON
    POSITION_INDEPENDENT_CODE ON
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
  target_compile_features(${name} PRIVATE c_std_11)
  if(CMAKE_CXX_COMPILER_LOADED)
    target_compile_features(${name} PRIVATE cxx_std_17)
  endif()
  mortise_private_symbols(${name})
  mortise_compile_manifest(${name} "${plugin_MANIFEST}")
endfunction()

# Also the symbols of static libraries, of a C++ runtime inside, and of code that was compiled without hidden visibility stay private.
function(mortise_private_symbols target)
  if(APPLE)
    target_link_options(${target} PRIVATE "LINKER:-exported_symbols_list,${MORTISE_TOOLCHAIN_DIR}/exports.txt")
  elseif(MINGW)
    # The compiler's own runtime libraries are not on a user's machine.
    target_link_options(${target} PRIVATE -static)
  elseif(UNIX)
    target_link_options(${target} PRIVATE "LINKER:--version-script=${MORTISE_TOOLCHAIN_DIR}/exports.map")
    # A sanitizer's runtime comes with the process, not with the library.
    if(NOT "${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize")
      target_link_options(${target} PRIVATE "LINKER:-z,defs")
    endif()
  endif()
endfunction()

function(mortise_compile_manifest target manifest)
  get_filename_component(manifest "${manifest}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  if(NOT EXISTS "${manifest}")
    message(FATAL_ERROR "mortise_add_plugin(${target}): ${manifest} is not here; a plugin has a manifest with at least {\"name\": …, \"version\": …}")
  endif()
  if(NOT MORTISE_NODE)
    message(FATAL_ERROR "mortise_add_plugin(${target}): Node was not found, which compiles the manifest in; install it, or give -DMORTISE_NODE=PATH")
  endif()
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/${target}-manifest")
  add_custom_command(
    OUTPUT "${folder}/mortise_manifest.h"
    COMMAND "${MORTISE_NODE}" "${MORTISE_TOOLCHAIN_DIR}/manifest-header.mjs" "${manifest}" "${folder}/mortise_manifest.h"
    DEPENDS "${manifest}" "${MORTISE_TOOLCHAIN_DIR}/manifest-header.mjs" "${MORTISE_TOOLCHAIN_DIR}/manifest-rules.mjs"
    COMMENT "manifest of ${target}"
    VERBATIM)
  target_sources(${target} PRIVATE "${folder}/mortise_manifest.h")
  target_include_directories(${target} PRIVATE "${folder}")
endfunction()
