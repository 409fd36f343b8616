/* Requirements against a context. */
#include "requirement.h"

#include <stdio.h>
#include <string.h>

/* How an int64 stands to a double that is not NaN: below, equal, above. A conversion either way could round. */
static int compare_mixed(int64_t integer, double number) {
  if (number >= 9223372036854775808.0) return -1;
  if (number < -9223372036854775808.0) return 1;
  int64_t whole = (int64_t)number;
  if (integer != whole) return integer < whole ? -1 : 1;
  double rest = number - (double)whole;
  return rest > 0 ? -1 : rest < 0 ? 1 : 0;
}

static int compare(const struct JsonNumber* found, const struct JsonNumber* wanted) {
  if (found->is_integer && wanted->is_integer) return found->integer < wanted->integer ? -1 : found->integer > wanted->integer;
  if (found->is_integer) return compare_mixed(found->integer, wanted->value);
  if (wanted->is_integer) return -compare_mixed(wanted->integer, found->value);
  return found->value < wanted->value ? -1 : found->value > wanted->value;
}

/* False: the value is no number, or NaN, which stands to nothing. */
static bool number_of(const MortiseValue* value, struct JsonNumber* number) {
  *number = (struct JsonNumber){0, 0, false};
  if (value->tag == MORTISE_INT64) {
    number->integer = value->as.int64;
    number->is_integer = true;
    return true;
  }
  number->value = value->as.number;
  return value->tag == MORTISE_DOUBLE && number->value == number->value;
}

static bool same_text(const struct JsonValue* wanted, const MortiseValue* found) {
  char text[MAX_TEXT];
  size_t length = 0;
  return json_decode(wanted, text, sizeof text, &length) == JSON_DECODED && length == found->length &&
         (length == 0 || memcmp(text, found->as.data, length) == 0);
}

static bool equals(const struct JsonValue* wanted, const MortiseValue* found) {
  struct JsonNumber left;
  struct JsonNumber right;
  switch (wanted->kind) {
    case JSON_NULL: return found->tag == MORTISE_NULL;
    case JSON_FALSE: return found->tag == MORTISE_BOOL && found->as.boolean == 0;
    case JSON_TRUE: return found->tag == MORTISE_BOOL && found->as.boolean != 0;
    case JSON_NUMBER: return number_of(found, &left) && json_number(wanted, &right) && compare(&left, &right) == 0;
    case JSON_STRING: return found->tag == MORTISE_STRING && same_text(wanted, found);
    default: return false;
  }
}

static bool meets(const struct Requirement* requirement, const MortiseValue* found) {
  struct JsonNumber number;
  struct JsonNumber bound;
  if (requirement->equals.text != NULL) return equals(&requirement->equals, found);
  if (requirement->at_least.text == NULL && requirement->at_most.text == NULL) return true;
  if (!number_of(found, &number)) return false;
  if (requirement->at_least.text != NULL && json_number(&requirement->at_least, &bound) && compare(&number, &bound) < 0) return false;
  return requirement->at_most.text == NULL || !json_number(&requirement->at_most, &bound) || compare(&number, &bound) <= 0;
}

/* `gpu.count must be at least 1 and at most 4, but is 0`. found NULL: there is no such value. */
static void say_unmet(struct Sentence* why, const struct Requirement* requirement, const MortiseValue* found) {
  const struct JsonValue* least = &requirement->at_least;
  const struct JsonValue* most = &requirement->at_most;
  say(why, requirement->key);
  say(why, " must be ");
  if (requirement->equals.text != NULL) say_some(why, requirement->equals.text, requirement->equals.length, 64);
  if (least->text != NULL) {
    say(why, "at least ");
    say_some(why, least->text, least->length, 64);
  }
  if (most->text != NULL) {
    say(why, least->text != NULL ? " and at most " : "at most ");
    say_some(why, most->text, most->length, 64);
  }
  if (requirement->equals.text == NULL && least->text == NULL && most->text == NULL) say(why, "present");
  if (found == NULL) {
    say(why, ", but the context does not have it");
  } else {
    say(why, ", but is ");
    say_value(why, found);
  }
}

FfiResult check_requirements(const struct Requirements* requirements, const MortiseContext* context, size_t* unmet, struct Sentence* why) {
  *unmet = 0;
  for (size_t index = 0; index < requirements->count; index++) {
    const struct Requirement* requirement = &requirements->items[index];
    MortiseValue found = mortise_null();
    FfiResult code = context->get(context, requirement->key, &found);
    if (code != MORTISE_OK && code != MORTISE_NOT_FOUND) {
      char text[64];
      snprintf(text, sizeof text, " (code %d)", (int)code);
      why->length = 0;
      say(why, "the host would not give the context value ");
      say(why, requirement->key);
      say(why, text);
      return code;
    }
    if (code == MORTISE_OK && meets(requirement, &found)) continue;
    if ((*unmet)++ > 0) say(why, "; ");
    say_unmet(why, requirement, code == MORTISE_OK ? &found : NULL);
  }
  return MORTISE_OK;
}
