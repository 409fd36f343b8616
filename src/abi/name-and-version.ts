// What builds plugins needs these rules where this package was never built: they live there.
export { isVersion, NAME_PATTERN } from '../../native-abi/toolchain/manifest-rules.mjs';
