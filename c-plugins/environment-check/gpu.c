/* environment:gpu */
#include <string.h>

#include "source.h"
#include "stage.h"

#define DEVICES "sys/bus/pci/devices"

static const char* vendor_name(const char* id) {
  static const struct {
    const char* id;
    const char* name;
  } vendors[] = {
      {"0x1002", "AMD"},    {"0x102b", "Matrox"}, {"0x10de", "NVIDIA"}, {"0x1234", "QEMU"},  {"0x15ad", "VMware"},
      {"0x1a03", "ASPEED"}, {"0x1af4", "Virtio"}, {"0x1b36", "QEMU"},   {"0x8086", "Intel"}, {"0x80ee", "VirtualBox"},
  };
  for (size_t index = 0; index < sizeof vendors / sizeof vendors[0]; index++) {
    if (strcmp(vendors[index].id, id) == 0) return vendors[index].name;
  }
  return NULL;
}

/* Reads a file of one device. False: unknown. */
static bool attribute(const struct Machine* machine, const char* address, const char* name, char* value, size_t capacity) {
  char path[SOURCE_PATH];
  int length = snprintf(path, sizeof path, DEVICES "/%s/%s", address, name);
  return length > 0 && (size_t)length < sizeof path && source_read(machine->root, path, value, capacity);
}

/* The kernel names the driver in uevent and by a link; a copied tree may have either. */
static bool driver_of(const struct Machine* machine, const char* address, char* driver, size_t capacity) {
  static const char prefix[] = "DRIVER=";
  char path[SOURCE_PATH];
  char line[256];
  int length = snprintf(path, sizeof path, DEVICES "/%s/uevent", address);
  if (length < 0 || (size_t)length >= sizeof path) return false;

  bool found = false;
  FILE* file = source_open(machine->root, path);
  if (file != NULL) {
    while (!found && !mortise_cancelled(machine->context) && source_line(file, line, sizeof line)) {
      if (strncmp(line, prefix, sizeof prefix - 1) != 0) continue;
      size_t size = strlen(line + sizeof prefix - 1) + 1;
      found = size > 1 && size <= capacity;
      if (found) memcpy(driver, line + sizeof prefix - 1, size);
    }
    fclose(file);
  }
  if (found) return true;
  snprintf(path, sizeof path, DEVICES "/%s/driver", address);
  return source_link(machine->root, path, driver, capacity);
}

static void write_device(const struct Machine* machine, const char* address, const char* class, struct Json* json) {
  char value[256];
  json_open(json, '{');
  json_key(json, "address");
  json_string(json, address);
  bool known = attribute(machine, address, "vendor", value, sizeof value);
  json_key(json, "vendor");
  json_string(json, known ? value : NULL);
  json_key(json, "vendor_name");
  json_string(json, known ? vendor_name(value) : NULL);
  known = attribute(machine, address, "device", value, sizeof value);
  json_key(json, "device");
  json_string(json, known ? value : NULL);
  json_key(json, "class");
  json_string(json, class);
  known = driver_of(machine, address, value, sizeof value);
  json_key(json, "driver");
  json_string(json, known ? value : NULL);
  known = attribute(machine, address, "boot_vga", value, sizeof value);
  json_key(json, "boot_vga");
  json_answer(json, !known ? ANSWER_UNKNOWN : strcmp(value, "1") == 0 ? ANSWER_YES : strcmp(value, "0") == 0 ? ANSWER_NO : ANSWER_UNKNOWN);
  json_close(json, '}');
}

FfiResult probe_gpu(const struct Machine* machine, struct Json* json) {
  static const char display_controller[] = "0x03";
  struct Names devices = {0};
  enum SourceList listed = source_list(machine->root, DEVICES, &devices);
  FfiResult code = listed == SOURCE_NO_MEMORY ? MORTISE_OUT_OF_MEMORY : MORTISE_OK;

  json_open(json, '{');
  json_key(json, "devices");
  if (listed == SOURCE_MISSING) {
    json_string(json, NULL);
  } else {
    json_open(json, '[');
    for (size_t index = 0; index < devices.count && code == MORTISE_OK; index++) {
      char class[256];
      if (mortise_cancelled(machine->context)) code = MORTISE_CANCELLED;
      if (!attribute(machine, devices.items[index], "class", class, sizeof class)) continue;
      if (strncmp(class, display_controller, sizeof display_controller - 1) == 0) write_device(machine, devices.items[index], class, json);
    }
    json_close(json, ']');
  }
  json_close(json, '}');
  source_free_names(&devices);
  return code;
}
