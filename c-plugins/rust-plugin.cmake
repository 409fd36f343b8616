# mortise_rust_plugin(NAME [SUBFOLDER]): builds the crate in the folder NAME with cargo, offline, and copies its cdylib to SUBFOLDER/NAME.* below
# MORTISE_OUTPUT_DIR; without a SUBFOLDER to plugins. Without cargo, and when cross-compiling without MORTISE_RUST_TARGET, it prints why the plugin is left out.

find_program(MORTISE_CARGO cargo HINTS "$ENV{CARGO_HOME}/bin" "$ENV{HOME}/.cargo/bin" DOC "cargo, for the Rust plugins")

set(rust_missing "")
if(NOT MORTISE_CARGO)
  set(rust_missing "cargo was not found (https://rustup.rs)")
elseif(CMAKE_CROSSCOMPILING AND NOT MORTISE_RUST_TARGET)
  set(rust_missing "this is a cross build and MORTISE_RUST_TARGET is not set")
endif()

function(mortise_rust_plugin name)
  if(rust_missing)
    message(STATUS "Rust plugin ${name} is not built: ${rust_missing}")
    return()
  endif()

  set(output "${MORTISE_OUTPUT_DIR}/plugins")
  if(ARGC GREATER 1)
    set(output "${MORTISE_OUTPUT_DIR}/${ARGV1}")
  endif()

  set(target_dir "${CMAKE_CURRENT_BINARY_DIR}/cargo")
  set(triple "")
  set(artifact_dir "${target_dir}/release")
  if(MORTISE_RUST_TARGET)
    set(triple --target "${MORTISE_RUST_TARGET}")
    set(artifact_dir "${target_dir}/${MORTISE_RUST_TARGET}/release")
  endif()

  # Cargo names the file after the crate: an identifier, and with the lib prefix except on Windows.
  string(REPLACE "-" "_" artifact "${name}")
  if(NOT WIN32)
    set(artifact "lib${artifact}")
  endif()

  add_custom_target(${name} ALL
    COMMAND "${MORTISE_CARGO}" build --quiet --release --offline --locked ${triple}
            --manifest-path "${CMAKE_CURRENT_SOURCE_DIR}/${name}/Cargo.toml" --target-dir "${target_dir}"
    COMMAND "${CMAKE_COMMAND}" -E make_directory "${output}"
    COMMAND "${CMAKE_COMMAND}" -E copy_if_different "${artifact_dir}/${artifact}${CMAKE_SHARED_LIBRARY_SUFFIX}"
            "${output}/${name}${CMAKE_SHARED_LIBRARY_SUFFIX}"
    COMMENT "cargo ${name}"
    VERBATIM)
endfunction()
