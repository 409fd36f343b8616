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

static FfiResult get_level(const MortiseContext* context, uint32_t* level, MortiseError* error) {
  MortiseValue value;
  char found[96];
  *level = MORTISE_LOG_INFO;
  MORTISE_TRY(mortise_find(context, "logging.level", &value, error));
  if (value.tag == MORTISE_NULL || level_of(&value, level)) return MORTISE_OK;
  level_found(&value, found, sizeof found);
  return mortise_failf(error, value.tag == MORTISE_STRING ? MORTISE_INVALID_DATA : MORTISE_WRONG_TYPE,
                       "the context value `logging.level` must be " LEVEL_NAMES ", but is %s", found);
}

static FfiResult get_fields(const MortiseContext* context, struct JsonValue* fields, MortiseError* error) {
  MortiseValue value;
  *fields = (struct JsonValue){JSON_NULL, "null", 4};
  MORTISE_TRY(mortise_find(context, "logging.fields", &value, error));
  if (value.tag == MORTISE_NULL) return MORTISE_OK;
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
  MortiseView text;
  MORTISE_TRY(mortise_find(context, "logging.message", &note->message, error));
  if (note->message.tag != MORTISE_NULL) {
    MORTISE_TRY(mortise_read_string(&note->message, (MortiseOrigin){"the context value", "logging.message", 0}, &text, error));
  }
  MORTISE_TRY(get_level(context, &note->level, error));
  return get_fields(context, &note->fields, error);
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

static FfiResult write_fields(const struct Note* note, char* names, MortiseError* error) {
  MortiseField fields[MAX_FIELDS];
  size_t count = 0;
  MORTISE_TRY(read_fields(&note->fields, names, fields, &count, error));
  FfiResult code = log_write(note->level, note->message.as.data, (size_t)note->message.length, fields, count);
  if (code == MORTISE_OK) return code;
  if (code == MORTISE_TOO_LARGE) return mortise_fail(error, code, "the line is longer than a log line may be (65536 bytes with its fields)");
  if (code == MORTISE_BUSY) return mortise_fail(error, code, "the host's log queue is full: the line was dropped");
  return mortise_failf(error, code, "the host refused the line: %s (%s)", MORTISE_PRINT_CODE(code));
}

FfiResult note_execute(void* state, const MortiseContext* context, MortiseError* error) {
  struct Note note;
  (void)state;
  MORTISE_TRY(get_note(context, &note, error));
  if (note.message.tag == MORTISE_NULL) {
    return mortise_fail(error, MORTISE_NOT_FOUND, "the context has no `logging.message`: set it to the text to log");
  }
  char* names = malloc(note.fields.length);
  if (names == NULL) return mortise_fail(error, MORTISE_OUT_OF_MEMORY, "out of memory");
  FfiResult code = write_fields(&note, names, error);
  free(names);
  return code;
}

/* In a dry run no earlier stage has set anything yet: a missing message is no failure. */
FfiResult note_dry_run(void* state, const MortiseContext* context, MortiseError* error) {
  struct Note note;
  struct JsonValue name;
  struct JsonValue value;
  char message[SHOWN_MESSAGE + 64] = "the text that an earlier stage sets in `logging.message`";
  char fields[64] = "";
  (void)state;
  MORTISE_TRY(get_note(context, &note, error));

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
  return mortise_describef(context, error, "%s %s at level %s%s%s.", dropped ? "Drop" : "Log", message, level_name(note.level), fields,
                           dropped ? ", which is below the threshold" : "");
}
