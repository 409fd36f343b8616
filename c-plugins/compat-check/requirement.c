/* Requirements against a context. */
#include "requirement.h"

#include <string.h>

/* How an int64 stands to a double that is not NaN: below, equal, above. A conversion either way could round. */
static int compare_integer(int64_t integer, double number) {
  if (number >= 9223372036854775808.0) return -1;
  if (number < -9223372036854775808.0) return 1;
  int64_t whole = (int64_t)number;
  if (integer != whole) return integer < whole ? -1 : 1;
  double rest = number - (double)whole;
  return rest > 0 ? -1 : rest < 0 ? 1 : 0;
}

/* Whether the value is a number that can be compared: NaN stands to nothing. */
static bool is_number(const MortiseValue* value) {
  return value->tag == MORTISE_INT64 || (value->tag == MORTISE_DOUBLE && value->as.number == value->as.number);
}

/* How a number of the context stands to one of the options. */
static int compare(const MortiseValue* found, double wanted) {
  if (found->tag == MORTISE_INT64) return compare_integer(found->as.int64, wanted);
  return found->as.number < wanted ? -1 : found->as.number > wanted;
}

static bool same_text(const struct JsonValue* wanted, const MortiseValue* found) {
  char text[MAX_TEXT];
  size_t length = 0;
  return json_decode(wanted, text, sizeof text, &length) == JSON_DECODED && length == found->length &&
         (length == 0 || memcmp(text, found->as.data, length) == 0);
}

static bool equals(const struct JsonValue* wanted, const MortiseValue* found) {
  double number = 0;
  switch (wanted->kind) {
    case JSON_NULL: return found->tag == MORTISE_NULL;
    case JSON_FALSE: return found->tag == MORTISE_BOOL && found->as.boolean == 0;
    case JSON_TRUE: return found->tag == MORTISE_BOOL && found->as.boolean != 0;
    case JSON_NUMBER: return is_number(found) && json_number(wanted, &number) && compare(found, number) == 0;
    case JSON_STRING: return found->tag == MORTISE_STRING && same_text(wanted, found);
    default: return false;
  }
}

static bool meets(const struct Requirement* requirement, const MortiseValue* found) {
  double bound = 0;
  if (requirement->equals.text != NULL) return equals(&requirement->equals, found);
  if (requirement->at_least.text == NULL && requirement->at_most.text == NULL) return true;
  if (!is_number(found)) return false;
  if (requirement->at_least.text != NULL && json_number(&requirement->at_least, &bound) && compare(found, bound) < 0) return false;
  return requirement->at_most.text == NULL || !json_number(&requirement->at_most, &bound) || compare(found, bound) <= 0;
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
      why->length = 0;
      say(why, "the host would not give the context value ");
      say(why, requirement->key);
      say(why, ": ");
      say(why, mortise_code_text(code));
      return code;
    }
    if (code == MORTISE_OK && meets(requirement, &found)) continue;
    if ((*unmet)++ > 0) say(why, "; ");
    say_unmet(why, requirement, code == MORTISE_OK ? &found : NULL);
  }
  return MORTISE_OK;
}
