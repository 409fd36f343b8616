# The targets of CMakeLists.txt for node-gyp. Everything lands in build/Release. A test compares the lists of sources with those for CMake.
#
#   node-gyp configure -- -Dmortise_fixtures=0 && node-gyp build
{
  'variables': {
    'mortise_host%': 1,
    'mortise_plugins%': 1,
    'mortise_abi': 'native-abi',
    'mortise_rust%': '<!(node -p "+(require(\'child_process\').spawnSync(\'cargo\', [\'--version\']).status === 0)")',
    # Only a checkout has the contract's own tests; a build from the npm package does not fail on the warnings of a newer compiler.
    'mortise_werror%': '<!(node -p "+require(\'fs\').existsSync(\'native-abi/test\')")',
    'conditions': [
      ['OS=="win"', {'rust_prefix': '', 'rust_suffix': '.dll'}],
      ['OS=="mac"', {'rust_prefix': 'lib', 'rust_suffix': '.dylib'}],
      ['OS!="win" and OS!="mac"', {'rust_prefix': 'lib', 'rust_suffix': '.so'}],
    ],
    'cargo': ['cargo', 'build', '--quiet', '--release', '--offline', '--locked', '--target-dir', '<(INTERMEDIATE_DIR)/cargo', '--manifest-path'],
    # What the Rust plugins with a record are made of besides their own sources.
    'rust_kit': [
      'native-abi/rust/Cargo.toml',
      '<!@(node -p "require(\'fs\').readdirSync(\'native-abi/rust/src\', {recursive: true}).filter((name) => name.endsWith(\'.rs\')).map((name) => \'native-abi/rust/src/\' + name.replaceAll(require(\'path\').sep, \'/\')).join(\' \')")',
    ],
    'copy': ['node', '-e', 'require(\'fs\').copyFileSync(process.argv[1], process.argv[2])'],
  },

  'target_defaults': {
    'cflags': ['-Wall', '-Wextra', '-Wpedantic', '-fvisibility=hidden'],
    'cflags_c': ['-std=c11'],
    'cflags_cc!': ['-fno-exceptions', '-fno-rtti'],
    'cflags_cc': ['-std=c++17', '-fvisibility-inlines-hidden'],
    'xcode_settings': {
      'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
      'GCC_C_LANGUAGE_STANDARD': 'c11',
      'GCC_ENABLE_CPP_EXCEPTIONS': 'YES',
      'GCC_ENABLE_CPP_RTTI': 'YES',
      'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
      'MACOSX_DEPLOYMENT_TARGET': '11.0',
      'WARNING_CFLAGS': ['-Wall', '-Wextra', '-Wpedantic'],
    },
    'msvs_settings': {
      'VCCLCompilerTool': {'ExceptionHandling': 1, 'WarningLevel': 4, 'AdditionalOptions': ['/utf-8', '/std:c11', '/std:c++17']},
    },
    'conditions': [
      ['OS=="win"', {'defines': ['_CRT_SECURE_NO_WARNINGS']}],
      ['mortise_werror==1', {
        'cflags': ['-Werror'],
        'xcode_settings': {'GCC_TREAT_WARNINGS_AS_ERRORS': 'YES'},
        'msvs_settings': {'VCCLCompilerTool': {'WarnAsError': 'true'}},
      }],
    ],
  },

  'targets': [],

  'conditions': [
    ['mortise_host==1', {
      'targets': [
        {
          'target_name': 'mortise_host',
          'type': 'shared_library',
          'win_delay_load_hook': 'false',
          'include_dirs': ['native-abi/include'],
          'sources': [
            'native-abi/host/allocation.c',
            'native-abi/host/arena.c',
            'native-abi/host/bytes.c',
            'native-abi/host/config.c',
            'native-abi/host/context.c',
            'native-abi/host/event.c',
            'native-abi/host/exit.c',
            'native-abi/host/host.c',
            'native-abi/host/image.c',
            'native-abi/host/job.c',
            'native-abi/host/json.c',
            'native-abi/host/log.c',
            'native-abi/host/memory.c',
            'native-abi/host/plugin.c',
            'native-abi/host/range.c',
            'native-abi/host/range_text.c',
            'native-abi/host/registry.c',
            'native-abi/host/run.c',
            'native-abi/host/service.c',
            'native-abi/host/session.c',
            'native-abi/host/store.c',
            'native-abi/host/table.c',
            'native-abi/host/thread.c',
            'native-abi/host/utf8.c',
            'native-abi/host/value.c',
            'native-abi/host/version.c',
          ],
          'conditions': [
            ['OS=="win"', {
              'sources': ['native-abi/host/image_pe.c', 'native-abi/host/platform_windows.c'],
            }],
            ['OS=="mac"', {
              'sources': ['native-abi/host/image_macho.c', 'native-abi/host/platform_posix.c'],
            }],
            ['OS!="win" and OS!="mac"', {
              'sources': ['native-abi/host/image_elf.c', 'native-abi/host/platform_posix.c'],
              'cflags': ['-pthread'],
              'ldflags': ['-pthread'],
              'libraries': ['-ldl'],
            }],
          ],
        },
      ],
    }],

    ['mortise_plugins==1', {
      'targets': [
        {
          'target_name': 'environment-check',
          'variables': {'mortise_manifest': 'c-plugins/environment-check/manifest.json'},
          'includes': ['native-abi/toolchain/plugin.gypi'],
          'sources': [
            'c-plugins/environment-check/cpu.c',
            'c-plugins/environment-check/gpu.c',
            'c-plugins/environment-check/iommu.c',
            'c-plugins/environment-check/json.c',
            'c-plugins/environment-check/memory.c',
            'c-plugins/environment-check/os.c',
            'c-plugins/environment-check/plugin.c',
            'c-plugins/environment-check/source.c',
            'c-plugins/environment-check/stage.c',
          ],
        },
        {
          'target_name': 'logging',
          'variables': {'mortise_manifest': 'c-plugins/logging/manifest.json'},
          'includes': ['native-abi/toolchain/plugin.gypi'],
          'include_dirs': ['c-plugins/logging/include'],
          'sources': [
            'c-plugins/json/reader.c',
            'c-plugins/logging/level.c',
            'c-plugins/logging/log.c',
            'c-plugins/logging/note.c',
            'c-plugins/logging/plugin.c',
            'c-plugins/logging/service.c',
          ],
        },
        {
          'target_name': 'compat-check',
          'variables': {'mortise_manifest': 'c-plugins/compat-check/manifest.json'},
          'includes': ['native-abi/toolchain/plugin.gypi'],
          'sources': [
            'c-plugins/compat-check/options.c',
            'c-plugins/compat-check/plugin.c',
            'c-plugins/compat-check/report.c',
            'c-plugins/compat-check/requirement.c',
            'c-plugins/compat-check/sentence.c',
            'c-plugins/json/reader.c',
          ],
        },
        {
          'target_name': 'text',
          'variables': {'mortise_manifest': 'c-plugins/text/manifest.json'},
          'includes': ['native-abi/toolchain/plugin.gypi'],
          'sources': [
            'c-plugins/text/file.cpp',
            'c-plugins/text/plugin.cpp',
            'c-plugins/text/stage.cpp',
            'c-plugins/text/survey.cpp',
          ],
        },
        {
          'target_name': 'summary',
          'variables': {'mortise_manifest': 'c-plugins/summary/manifest.json'},
          'includes': ['native-abi/toolchain/plugin.gypi'],
          'include_dirs': ['c-plugins/logging/include'],
          'sources': [
            'c-plugins/json/reader.c',
            'c-plugins/summary/plugin.cpp',
            'c-plugins/summary/stage.cpp',
            'c-plugins/summary/words.cpp',
          ],
        },
        {
          # Includes nothing of ours, like a plugin that was written before Mortise.
          'target_name': 'base-layout-c',
          'type': 'shared_library',
          'win_delay_load_hook': 'false',
          'sources': [
            'c-plugins/base-layout-c/plugin.c',
          ],
        },
      ],
    }],

    ['mortise_plugins==1 and mortise_rust==1', {
      'targets': [
        {
          'target_name': 'checksum',
          'type': 'none',
          'actions': [
            {
              'action_name': 'cargo',
              'inputs': [
                'c-plugins/checksum/Cargo.lock',
                'c-plugins/checksum/Cargo.toml',
                'c-plugins/checksum/manifest.json',
                '<@(rust_kit)',
                'c-plugins/checksum/src/crc32c.rs',
                'c-plugins/checksum/src/lib.rs',
                'c-plugins/checksum/src/stage.rs',
                'c-plugins/checksum/src/xxh64.rs',
              ],
              'outputs': ['<(INTERMEDIATE_DIR)/cargo/release/<(rust_prefix)checksum<(rust_suffix)'],
              'action': ['<@(cargo)', 'c-plugins/checksum/Cargo.toml'],
            },
            {
              'action_name': 'copy',
              'inputs': ['<(INTERMEDIATE_DIR)/cargo/release/<(rust_prefix)checksum<(rust_suffix)'],
              'outputs': ['<(PRODUCT_DIR)/checksum<(rust_suffix)'],
              'action': ['<@(copy)', '<@(_inputs)', '<@(_outputs)'],
            },
          ],
        },
        {
          'target_name': 'verify',
          'type': 'none',
          'actions': [
            {
              'action_name': 'cargo',
              'inputs': [
                'c-plugins/verify/Cargo.lock',
                'c-plugins/verify/Cargo.toml',
                'c-plugins/verify/manifest.json',
                '<@(rust_kit)',
                'c-plugins/verify/src/lib.rs',
                'c-plugins/verify/src/stage.rs',
              ],
              'outputs': ['<(INTERMEDIATE_DIR)/cargo/release/<(rust_prefix)verify<(rust_suffix)'],
              'action': ['<@(cargo)', 'c-plugins/verify/Cargo.toml'],
            },
            {
              'action_name': 'copy',
              'inputs': ['<(INTERMEDIATE_DIR)/cargo/release/<(rust_prefix)verify<(rust_suffix)'],
              'outputs': ['<(PRODUCT_DIR)/verify<(rust_suffix)'],
              'action': ['<@(copy)', '<@(_inputs)', '<@(_outputs)'],
            },
          ],
        },
        {
          'target_name': 'base-layout-rust',
          'type': 'none',
          'actions': [
            {
              'action_name': 'cargo',
              'inputs': [
                'c-plugins/base-layout-rust/Cargo.lock',
                'c-plugins/base-layout-rust/Cargo.toml',
                'c-plugins/base-layout-rust/src/lib.rs',
              ],
              'outputs': ['<(INTERMEDIATE_DIR)/cargo/release/<(rust_prefix)base_layout_rust<(rust_suffix)'],
              'action': ['<@(cargo)', 'c-plugins/base-layout-rust/Cargo.toml'],
            },
            {
              'action_name': 'copy',
              'inputs': ['<(INTERMEDIATE_DIR)/cargo/release/<(rust_prefix)base_layout_rust<(rust_suffix)'],
              'outputs': ['<(PRODUCT_DIR)/base-layout-rust<(rust_suffix)'],
              'action': ['<@(copy)', '<@(_inputs)', '<@(_outputs)'],
            },
          ],
        },
      ],
    }],
  ],
}
