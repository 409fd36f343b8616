/* _plugin_init is exported, but as a variable: a good host sees that in the file and refuses it unopened. */
extern __attribute__((visibility("default"))) const unsigned char _plugin_init[176];
const unsigned char _plugin_init[176] = {1};
