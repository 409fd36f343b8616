/* From the options to requirements. */
#include <stdio.h>
#include <string.h>

#include "requirement.h"

/* Where an option stands, for messages: "" for the top, "all[2]." inside the list. */
struct Place {
  const char* path;
  struct Sentence* why;
};

static FfiResult refuse(const struct Place* place, const char* option, const char* must, const struct JsonValue* found) {
  struct Sentence* why = place->why;
  why->length = 0;
  say(why, "the option ");
  say(why, place->path);
  say(why, option);
  say(why, must);
  if (found != NULL) {
    say(why, ", but is ");
    say_some(why, found->text, found->length, 64);
  }
  return MORTISE_INVALID_DATA;
}

static FfiResult take_key(const struct Place* place, const struct JsonValue* value, struct Requirement* requirement) {
  size_t length = 0;
  bool taken = value->kind == JSON_STRING && json_decode(value, requirement->key, MORTISE_MAX_KEY, &length) == JSON_DECODED;
  if (!taken || length == 0 || memchr(requirement->key, '\0', length) != NULL) {
    return refuse(place, "key", " must be the name of a context value, 1 to 255 bytes without NUL", value);
  }
  requirement->key[length] = '\0';
  return MORTISE_OK;
}

static FfiResult take_bound(const struct Place* place, const char* option, const struct JsonValue* value, struct JsonValue* bound) {
  double number = 0;
  if (!json_number(value, &number)) return refuse(place, option, " must be a number", value);
  *bound = *value;
  return MORTISE_OK;
}

static FfiResult take_equals(const struct Place* place, const struct JsonValue* value, struct JsonValue* equals) {
  double number = 0;
  char text[MAX_TEXT];
  size_t length = 0;
  bool taken = value->kind == JSON_STRING   ? json_decode(value, text, sizeof text, &length) == JSON_DECODED
               : value->kind == JSON_NUMBER ? json_number(value, &number)
                                            : value->kind != JSON_ARRAY && value->kind != JSON_OBJECT;
  if (!taken) return refuse(place, "equals", " must be a string of at most 255 bytes, a number, true, false or null", value);
  *equals = *value;
  return MORTISE_OK;
}

static FfiResult check_bounds(const struct Place* place, const struct Requirement* requirement) {
  double least = 0;
  double most = 0;
  if (requirement->equals.text != NULL && (requirement->at_least.text != NULL || requirement->at_most.text != NULL)) {
    return refuse(place, "equals", " cannot stand beside at_least or at_most", NULL);
  }
  if (requirement->at_least.text == NULL || requirement->at_most.text == NULL) return MORTISE_OK;
  json_number(&requirement->at_least, &least);
  json_number(&requirement->at_most, &most);
  return least > most ? refuse(place, "at_least", " is over at_most: no value can meet both", NULL) : MORTISE_OK;
}

/* Takes one requirement. `all`: where the member of that name goes; NULL where there may be none. *present: whether there was anything of a requirement. */
static FfiResult take_requirement(const struct Place* place, const struct JsonValue* object, struct Requirement* requirement,
                                  struct JsonValue* all, bool* present) {
  struct JsonItems items = json_items(object);
  struct JsonValue name;
  struct JsonValue value;
  bool has_key = false;
  *requirement = (struct Requirement){.key = ""};
  *present = false;
  while (json_next(&items, &name, &value)) {
    FfiResult code = MORTISE_OK;
    if (all != NULL && json_is(&name, "all")) {
      *all = value;
      continue;
    }
    *present = true;
    if (json_is(&name, "key")) {
      code = take_key(place, &value, requirement);
      has_key = true;
    } else if (json_is(&name, "equals")) {
      code = take_equals(place, &value, &requirement->equals);
    } else if (json_is(&name, "at_least")) {
      code = take_bound(place, "at_least", &value, &requirement->at_least);
    } else if (json_is(&name, "at_most")) {
      code = take_bound(place, "at_most", &value, &requirement->at_most);
    } else {
      char shown[64];
      snprintf(shown, sizeof shown, "%.*s", name.length < 48 ? (int)name.length : 48, name.text);
      code = refuse(place, shown, all != NULL ? " is not known: key, equals, at_least, at_most and all are" : " is not known: key, equals, at_least and at_most are", NULL);
    }
    if (code != MORTISE_OK) return code;
  }
  if ((*present || all == NULL) && !has_key) return refuse(place, "key", " is missing: it names the context value to check", NULL);
  return check_bounds(place, requirement);
}

static FfiResult take_all(const struct JsonValue* all, struct Requirements* requirements, struct Sentence* why) {
  const struct Place top = {"", why};
  struct JsonItems items = json_items(all);
  struct JsonValue item;
  bool present = false;
  if (all->kind != JSON_ARRAY) return refuse(&top, "all", " must be a list of requirements", all);
  for (size_t index = 0; json_next(&items, NULL, &item); index++) {
    char path[32];
    snprintf(path, sizeof path, "all[%d]", (int)index);
    if (item.kind != JSON_OBJECT) return refuse(&top, path, " must be an object such as {\"key\":\"gpu.count\",\"at_least\":1}", &item);
    if (requirements->count == MAX_REQUIREMENTS) return refuse(&top, "all", " makes more than 64 requirements", NULL);
    snprintf(path, sizeof path, "all[%d].", (int)index);
    const struct Place place = {path, why};
    FfiResult code = take_requirement(&place, &item, &requirements->items[requirements->count], NULL, &present);
    if (code != MORTISE_OK) return code;
    requirements->count++;
  }
  return MORTISE_OK;
}

FfiResult read_requirements(const MortiseHost* host, struct Requirements* requirements, struct Sentence* why) {
  const struct Place top = {"", why};
  MortiseValue options = mortise_null();
  struct JsonValue object;
  struct JsonValue all = {JSON_NULL, NULL, 0};
  bool present = false;
  requirements->count = 0;
  FfiResult code = host->config(host, "", &options);
  if (code == MORTISE_NOT_FOUND) return MORTISE_OK;
  if (code != MORTISE_OK || options.tag != MORTISE_JSON || !json_read(options.as.data, (size_t)options.length, &object) || object.kind != JSON_OBJECT) {
    say(why, "the host would not give the options as one object of at most 64 levels");
    return code != MORTISE_OK ? code : MORTISE_INVALID_DATA;
  }
  code = take_requirement(&top, &object, &requirements->items[0], &all, &present);
  if (code == MORTISE_OK && present) requirements->count = 1;
  if (code == MORTISE_OK && all.text != NULL) code = take_all(&all, requirements, why);
  return code;
}
