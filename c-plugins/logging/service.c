#include "service.h"

#include <string.h>

#include "level.h"
#include "log.h"

static FfiResult write_line(uint32_t level, const char* tag, const char* message) {
  if (message == NULL) return MORTISE_NULL_POINTER;
  if (level_name(level) == NULL) return MORTISE_INVALID_DATA;
  if (tag == NULL) return log_write(level, message, strlen(message), NULL, 0);
  const MortiseField field = mortise_field_string("tag", tag);
  return log_write(level, message, strlen(message), &field, 1);
}

const MortiseLogService log_service = {sizeof(MortiseLogService), 0, write_line, log_threshold};
