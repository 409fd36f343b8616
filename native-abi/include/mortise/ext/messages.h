/* mortise.messages/1: receiving messages of the application and of other plugins. Sending: MortiseHost.publish. */
#ifndef MORTISE_EXT_MESSAGES_H
#define MORTISE_EXT_MESSAGES_H

#include "../error.h"
#include "../value.h"

#define MORTISE_EXT_MESSAGES "mortise.messages/1"

/* Borrowed for the call. */
typedef struct MortiseMessage {
  uint32_t size;
  uint32_t flags;        /* 0 */
  const char* topic;     /* NUL-terminated; NULL: addressed to this plugin directly */
  const char* from;      /* name of the sending plugin, stamped by the host; NULL: the application */
  uint64_t sequence;     /* grows by one for each message of one sender */
  MortiseValue payload;
} MortiseMessage;

typedef struct MortiseMessagesExtension {
  uint32_t size;
  uint32_t reserved;

  /*
   * [main-thread & initialised; alone] Topic patterns to subscribe to, one per index from 0, NULL ends the list. Parts are joined by dots;
   * `*` stands for one part, a final `**` for the rest. Static. {P3 P4 P18 P24 H22}
   */
  const char* (*topic)(const void* instance, uint32_t index);

  /*
   * [stage-thread & running; if thread-safe] One message of a sender at a time, in the order in which it sent them. A failure is logged; the message is not
   * sent again. {P7 P10 P12 P13 P15 P23 H9 H20 H23 H25}
   */
  FfiResult (*receive)(void* instance, const MortiseMessage* message, MortiseError* error);
} MortiseMessagesExtension;

MORTISE_STATIC_ASSERT(offsetof(MortiseMessage, topic) == 8, "MortiseMessage.topic");
MORTISE_STATIC_ASSERT(sizeof(MortiseMessagesExtension) == 8 + 2 * MORTISE_WORD, "MortiseMessagesExtension");

#endif
