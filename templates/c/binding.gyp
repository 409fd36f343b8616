# The same for node-gyp: npx node-gyp rebuild
{
  'targets': [{
    'target_name': '@name@',
    'variables': {'mortise_abi': 'node_modules/mortise/native-abi', 'mortise_manifest': 'manifest.json'},
    'includes': ['node_modules/mortise/native-abi/toolchain/plugin.gypi'],
    'sources': ['src/plugin.c'],
  }],
}
