/* Not this library but one that it needs exports _plugin_init: a good host finds no entry in this file's own exports and refuses it unopened. */
extern int entry_provider(void);

__attribute__((visibility("default"))) int entry_in_dependency(void);
int entry_in_dependency(void) {
  return entry_provider();
}
