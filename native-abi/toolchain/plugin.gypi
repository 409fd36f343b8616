# What a target of binding.gyp includes to be a plugin: the headers, the manifest compiled in, and nothing exported but the entry points.
#
#   'targets': [{
#     'target_name': 'greeter',
#     'variables': {'mortise_abi': 'node_modules/mortise/native-abi', 'mortise_manifest': 'manifest.json'},
#     'includes': ['node_modules/mortise/native-abi/toolchain/plugin.gypi'],
#     'sources': ['src/plugin.c'],
#   }]
{
  'type': 'shared_library',
  'product_prefix': '',
  'win_delay_load_hook': 'false',
  'include_dirs': ['<(mortise_abi)/include', '<(INTERMEDIATE_DIR)'],
  'actions': [
    {
      'action_name': 'manifest',
      'inputs': ['<(mortise_manifest)', '<(mortise_abi)/toolchain/manifest-header.mjs', '<(mortise_abi)/toolchain/manifest-rules.mjs'],
      'outputs': ['<(INTERMEDIATE_DIR)/mortise_manifest.h'],
      'action': ['node', '<(mortise_abi)/toolchain/manifest-header.mjs', '<(mortise_manifest)', '<@(_outputs)'],
    },
  ],
  # Compiled only after the action has run.
  'hard_dependency': 1,
  'cflags': ['-fvisibility=hidden'],
  'cflags_c': ['-std=c11'],
  'cflags_cc!': ['-fno-exceptions', '-fno-rtti'],
  'cflags_cc': ['-std=c++17', '-fvisibility-inlines-hidden'],
  'xcode_settings': {
    'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
    'GCC_C_LANGUAGE_STANDARD': 'c11',
    'GCC_ENABLE_CPP_EXCEPTIONS': 'YES',
    'GCC_ENABLE_CPP_RTTI': 'YES',
    'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
    'OTHER_LDFLAGS': ['-Wl,-exported_symbols_list,<(mortise_abi)/toolchain/exports.txt'],
  },
  'msvs_settings': {
    'VCCLCompilerTool': {'ExceptionHandling': 1, 'AdditionalOptions': ['/utf-8', '/std:c11', '/std:c++17']},
  },
  'conditions': [
    ['OS!="win" and OS!="mac"', {
      'ldflags': ['-Wl,--version-script=<!(node -p "require(\'path\').resolve(process.argv[1])" <(mortise_abi)/toolchain/exports.map)', '-Wl,-z,defs'],
    }],
  ],
}
