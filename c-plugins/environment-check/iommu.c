/* environment:iommu */
#include <string.h>

#include "source.h"
#include "stage.h"

/* What the names of the units in sys/class/iommu tell. */
static const char* kind_of(const struct Names* units) {
  static const struct {
    const char* prefix;
    const char* kind;
  } kinds[] = {{"dmar", "intel-vt-d"}, {"ivhd", "amd-vi"}, {"smmu", "arm-smmu"}, {"arm-smmu", "arm-smmu"}, {"virtio", "virtio"}};
  for (size_t unit = 0; unit < units->count; unit++) {
    for (size_t index = 0; index < sizeof kinds / sizeof kinds[0]; index++) {
      if (strncmp(units->items[unit], kinds[index].prefix, strlen(kinds[index].prefix)) == 0) return kinds[index].kind;
    }
  }
  return NULL;
}

FfiResult probe_iommu(const struct Machine* machine, struct Json* json) {
  struct Names groups = {0};
  struct Names units = {0};
  enum SourceList groups_listed = source_list(machine->root, "sys/kernel/iommu_groups", &groups);
  enum SourceList units_listed = source_list(machine->root, "sys/class/iommu", &units);
  FfiResult code = MORTISE_OK;

  if (groups_listed == SOURCE_NO_MEMORY || units_listed == SOURCE_NO_MEMORY) {
    code = MORTISE_OUT_OF_MEMORY;
  } else if (mortise_cancelled(machine->context)) {
    code = MORTISE_CANCELLED;
  } else {
    /* Units without groups are present but switched off: only groups isolate. */
    bool known = groups_listed == SOURCE_LISTED;
    json_open(json, '{');
    json_key(json, "enabled");
    json_answer(json, !known ? ANSWER_UNKNOWN : groups.count > 0 ? ANSWER_YES : ANSWER_NO);
    json_key(json, "groups");
    json_count(json, known ? (int64_t)groups.count : -1);
    json_key(json, "kind");
    json_string(json, kind_of(&units));
    json_close(json, '}');
  }
  source_free_names(&groups);
  source_free_names(&units);
  return code;
}
