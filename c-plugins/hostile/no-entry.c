/* This is a library like any other and no plugin: a good host finds no _plugin_init in the file and refuses it unopened. */
__attribute__((visibility("default"))) int no_entry(void);
int no_entry(void) {
  return 1;
}
