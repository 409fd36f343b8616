#include "note.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../json/reader.h"
#include "level.h"
#include "log.h"

#define MAX_FIELDS 64
#define SHOWN_MESSAGE 200 /* bytes of the message in a description */

/* What the context says of the line. The values are the host's and live as long as the call. */
struct Note {
  MortiseValue message; /* null: there is none */
  uint32_t level;
  struct JsonValue fields; /* an object, or JSON null */
};

/* Absent and null are the same. */
static FfiResult get(const MortiseContext* context, const char* key, MortiseValue* value, MortiseError* error) {
  char why[128];
  *value = mortise_null();
  FfiResult code = context->get(context, key, value);
  if (code == MORTISE_OK || code == MORTISE_NOT_FOUND) return MORTISE_OK;
  snprintf(why, sizeof why, "the host would not give the context value `%s` (code %d)", key, (int)code);
  return mortise_fail(error, code, why);
}

static FfiResult get_level(const MortiseContext* context, uint32_t* level, MortiseError* error) {
  MortiseValue value;
  char found[96];
  char why[256];
  FfiResult code = get(context, "logging.level", &value, error);
  *level = MORTISE_LOG_INFO;
  if (code != MORTISE_OK || value.tag == MORTISE_NULL || level_of(&value, level)) return code;
  level_found(&value, found, sizeof found);
  snprintf(why, sizeof why, "the context value `logging.level` must be " LEVEL_NAMES ", but is %s", found);
  return mortise_fail(error, value.tag == MORTISE_STRING ? MORTISE_INVALID_DATA : MORTISE_WRONG_TYPE, why);
}

static FfiResult get_fields(const MortiseContext* context, struct JsonValue* fields, MortiseError* error) {
  MortiseValue value;
  FfiResult code = get(context, "logging.fields", &value, error);
  *fields = (struct JsonValue){JSON_NULL, "null", 4};
  if (code != MORTISE_OK || value.tag == MORTISE_NULL) return code;
  if (value.tag == MORTISE_JSON && value.length > MORTISE_MAX_LOG_LINE) {
    return mortise_fail(error, MORTISE_TOO_LARGE, "the context value `logging.fields` is over 65536 bytes, more than a log line can hold");
  }
  bool read = value.tag == MORTISE_JSON && json_read(value.as.data, (size_t)value.length, fields);
  if (read && fields->kind == JSON_OBJECT) return MORTISE_OK;
  if (value.tag == MORTISE_JSON && !read) {
    return mortise_fail(error, MORTISE_INVALID_DATA, "the context value `logging.fields` is nested deeper than 64 levels");
  }
  return mortise_fail(error, MORTISE_WRONG_TYPE, "the context value `logging.fields` must be an object");
}

static FfiResult get_note(const MortiseContext* context, struct Note* note, MortiseError* error) {
  FfiResult code = get(context, "logging.message", &note->message, error);
  if (code == MORTISE_OK && note->message.tag != MORTISE_NULL && note->message.tag != MORTISE_STRING) {
    code = mortise_fail(error, MORTISE_WRONG_TYPE, "the context value `logging.message` must be a string");
  }
  if (code == MORTISE_OK) code = get_level(context, &note->level, error);
  if (code == MORTISE_OK) code = get_fields(context, &note->fields, error);
  return code;
}

/*
 * Takes the members of `object` as fields: each value as the JSON text it is, so that nothing of it is lost. `names` has room for as many bytes as the text of
 * the object: a name with its NUL takes less than its two quotes and what is between them.
 */
static FfiResult read_fields(const struct JsonValue* object, char* names, MortiseField* fields, size_t* count, MortiseError* error) {
  struct JsonItems items = json_items(object);
  struct JsonValue name;
  struct JsonValue value;
  char* end = names + object->length;
  *count = 0;
  while (json_next(&items, &name, &value)) {
    size_t length = 0;
    if (*count == MAX_FIELDS) return mortise_fail(error, MORTISE_TOO_LARGE, "the context value `logging.fields` has more than 64 members");
    enum JsonDecoded decoded = json_decode(&name, names, (size_t)(end - names) - 1, &length);
    if (decoded != JSON_DECODED || length == 0 || memchr(names, '\0', length) != NULL) {
      return mortise_fail(error, MORTISE_INVALID_DATA, "a member of the context value `logging.fields` has a name that is empty, contains a NUL or is no Unicode text");
    }
    names[length] = '\0';
    fields[*count] = (MortiseField){names, NULL, mortise_json(value.text, value.length)};
    names += length + 1;
    (*count)++;
  }
  return MORTISE_OK;
}

static FfiResult write_note(const struct Note* note, MortiseError* error) {
  MortiseField fields[MAX_FIELDS];
  size_t count = 0;
  char why[128];
  char* names = malloc(note->fields.length);
  if (names == NULL) return mortise_fail(error, MORTISE_OUT_OF_MEMORY, "out of memory");
  FfiResult code = read_fields(&note->fields, names, fields, &count, error);
  if (code == MORTISE_OK) {
    code = log_write(note->level, note->message.as.data, (size_t)note->message.length, fields, count);
    if (code == MORTISE_TOO_LARGE) mortise_fail(error, code, "the line is longer than a log line may be (65536 bytes with its fields)");
    if (code == MORTISE_BUSY) mortise_fail(error, code, "the host's log queue is full: the line was dropped");
    if (code != MORTISE_OK && code != MORTISE_TOO_LARGE && code != MORTISE_BUSY) {
      snprintf(why, sizeof why, "the host refused the line (code %d)", (int)code);
      mortise_fail(error, code, why);
    }
  }
  free(names);
  return code;
}

FfiResult note_execute(void* state, const MortiseContext* context, MortiseError* error) {
  struct Note note;
  (void)state;
  FfiResult code = get_note(context, &note, error);
  if (code != MORTISE_OK) return code;
  if (note.message.tag == MORTISE_NULL) {
    return mortise_fail(error, MORTISE_NOT_FOUND, "the context has no `logging.message`: set it to the text to log");
  }
  return write_note(&note, error);
}

/* In a dry run no earlier stage has set anything yet: a missing message is no failure. */
FfiResult note_dry_run(void* state, const MortiseContext* context, MortiseError* error) {
  struct Note note;
  struct JsonValue name;
  struct JsonValue value;
  char message[SHOWN_MESSAGE + 64] = "the text that an earlier stage sets in `logging.message`";
  char fields[64] = "";
  char text[512];
  (void)state;
  FfiResult code = get_note(context, &note, error);
  if (code != MORTISE_OK) return code;

  if (note.message.tag == MORTISE_STRING) {
    char shown[SHOWN_MESSAGE + 1];
    MortiseText cut = {shown, SHOWN_MESSAGE, 0};
    mortise_text_set(&cut, note.message.as.data, (size_t)note.message.length);
    shown[cut.length] = '\0';
    snprintf(message, sizeof message, "\"%s\"%s", shown, cut.length < note.message.length ? "..." : "");
  }
  size_t count = 0;
  struct JsonItems items = json_items(&note.fields);
  while (json_next(&items, &name, &value)) count++;
  if (count > 0) snprintf(fields, sizeof fields, " with %d field%s", (int)count, count == 1 ? "" : "s");

  bool dropped = note.level < log_threshold();
  int length = snprintf(text, sizeof text, "%s %s at level %s%s%s.", dropped ? "Drop" : "Log", message, level_name(note.level), fields,
                        dropped ? ", which is below the threshold" : "");
  code = context->describe(context, text, (size_t)length);
  return code == MORTISE_OK ? MORTISE_OK : mortise_fail(error, code, "the host refused the description");
}
