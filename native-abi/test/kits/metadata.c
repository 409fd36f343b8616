/* The metadata getters and their free slots. */
#include <string.h>

#include "../../host/utf8.h"
#include "check.h"
#include "opening.h"

/* Whether text, which may not be NULL, is what a plugin may hand over. */
static bool is_text(const char* text, size_t most) {
  if (text == NULL) return false;
  const size_t length = strnlen(text, most + 1);
  return length <= most && utf8_valid(text, length);
}

typedef FfiSlice (*SliceGetter)(const void* instance);
typedef void (*SliceFree)(FfiSlice slice);

static bool check_range(Opening* opening, const void* item) {
  (void)opening;
  return is_text(((const FfiVersionRange*)item)->constraint, MORTISE_MAX_STRING);
}

static bool check_dependency(Opening* opening, const void* item) {
  const FfiPluginDependency* dependency = item;
  uint8_t required;
  (void)opening;
  memcpy(&required, &dependency->required, 1);
  return is_text(dependency->plugin_name, MORTISE_MAX_NAME) && required <= 1 &&
         (dependency->version_constraint == NULL || is_text(dependency->version_constraint, MORTISE_MAX_STRING));
}

static bool check_requirement(Opening* opening, const void* item) {
  const FfiStageRequirement* requirement = item;
  uint8_t flags[2];
  memcpy(&flags[0], &requirement->required, 1);
  memcpy(&flags[1], &requirement->provided, 1);
  if (!is_text(requirement->stage_id, MORTISE_MAX_STAGE_ID) || flags[0] > 1 || flags[1] > 1) return false;
  if (flags[1] == 1 && opening->provided_count < OPENING_STAGES) strcpy(opening->provided[opening->provided_count++], requirement->stage_id);
  return true;
}

static bool check_name(Opening* opening, const void* item) {
  (void)opening;
  return is_text(*(const char* const*)item, MORTISE_MAX_NAME);
}

/* Calls one getter, checks what it gives, and gives it back; true if it did not fail. */
static bool read_slice(Opening* opening, const char* slot, SliceGetter get, SliceFree give_back, size_t item_size,
                       bool (*check)(Opening* opening, const void* item)) {
  const FfiSlice slice = get(opening->table.instance);
  const bool worked = opening_note(opening, slot, opening->table.instance, MORTISE_OK);
  CHECK(slice.len <= MORTISE_MAX_ITEMS);
  CHECK(slice.len == 0 || (slice.ptr != NULL && (uintptr_t)slice.ptr % sizeof(void*) == 0));
  for (size_t index = 0; worked && index < slice.len; index++) CHECK(check(opening, (const char*)slice.ptr + index * item_size));
  if (worked || slice.len > 0) give_back(slice);
  return worked;
}

static bool read_string(Opening* opening, const char* slot, const char* (*get)(const void*), void (*give_back)(char*), const char* wanted) {
  const char* text = get(opening->table.instance);
  const bool worked = opening_note(opening, slot, opening->table.instance, MORTISE_OK);
  if (worked) CHECK_TEXT(wanted, text == NULL ? "(NULL)" : text);
  if (text != NULL) give_back((char*)(uintptr_t)text);
  return worked;
}

static bool read_is_core(Opening* opening) {
  const bool core = opening->table.is_core(opening->table.instance);
  uint8_t byte;
  memcpy(&byte, &core, 1);
  CHECK(byte <= 1);
  return opening_note(opening, "is_core", opening->table.instance, MORTISE_OK);
}

static bool read_priority(Opening* opening) {
  const FfiPluginPriority priority = opening->table.priority(opening->table.instance);
  bool inside = false;
#define BAND(name, category_, low, high) \
  inside = inside || (priority.category == (category_) && (int)priority.value >= (low) && (int)priority.value <= (high));
  MORTISE_PRIORITIES(BAND)
#undef BAND
  CHECK(inside); /* also if the getter failed: there is nothing that says "none" */
  return opening_note(opening, "priority", opening->table.instance, MORTISE_OK);
}

bool opening_read_metadata(Opening* opening) {
  const PluginVTable* table = &opening->table;
  const Library* library = opening->library;
#define SLICE(slot, type, check) read_slice(opening, #slot, table->slot, table->free_##slot, sizeof(type), check)
  return read_string(opening, "name", table->name, table->free_name, library->name) &&
         read_string(opening, "version", table->version, table->free_version, library->version) && read_is_core(opening) &&
         read_priority(opening) && SLICE(compatible_api_versions, FfiVersionRange, check_range) &&
         SLICE(dependencies, FfiPluginDependency, check_dependency) && SLICE(required_stages, FfiStageRequirement, check_requirement) &&
         SLICE(conflicts_with, const char*, check_name) && SLICE(incompatible_with, FfiPluginDependency, check_dependency);
#undef SLICE
}
