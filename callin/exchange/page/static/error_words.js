// What each code means, in a sentence, with what to do about it. The codes are Twilio's, those that this exchange uses
// (https://www.twilio.com/docs/api/errors); tests/exchange/test_page.py keeps the list whole.

const WORDS = {
  11100: "An address was needed and there is none: a Record without an action in a document that has no address.",
  11200: "Your application could not be reached, or did not answer with success. Is it running, and at that address?",
  11215: "Your application redirected more than ten times.",
  11750: "The document is larger than 64 kB.",
  11770: "The answer was sent in chunks and has nothing in it.",
  12100: "The answer is not XML, or its root is not <Response>. Look for a blank line before it.",
  12200: "An element or attribute that TwiML does not know was skipped. Names are case-sensitive.",
  12300: "The answer has a type that is neither TwiML, nor text, nor sound.",
  13238: "This verb may not stand in a conference's wait document.",
  13520: "Say has no words.",
  13521: "Say has more than 4,096 characters; the rest was left out.",
  14106: "Documents of texts sent each other round more than fifty times.",
  14107: "Fifteen replies within thirty seconds: two machines seem to answer each other.",
  14109: "More than ten texts answer one.",
  14201: "Enqueue's method is neither GET nor POST.",
  14202: "Enqueue's waitUrl is no address.",
  14203: "Enqueue's action is no address.",
  14204: "Enqueue has no name of a queue.",
  14205: "The queue's name is longer than 64 characters.",
  14206: "Enqueue's waitUrlMethod is neither GET nor POST.",
  14207: "The queue is full: the call went on with QueueResult queue-full.",
  14210: "Queue's method is neither GET nor POST.",
  14211: "Queue's url is no address.",
  14212: "Queue has no name.",
  14213: "The queue's name is longer than 64 characters.",
  15002: "The status callback was answered too late.",
  15003: "The status callback was not answered with success. Answer 204, or an empty document.",
  16000: "The conference has no name.",
  16102: "Nothing was said: the recording is empty, and the next verb went on.",
  20001: "A parameter is missing or has an impossible value.",
  20003: "Wrong account SID or auth token.",
  20004: "This resource does not take that method.",
  20007: "A page may have 1,000 entries at most.",
  20009: "It cannot be deleted while it is going on.",
  20400: "The call is not in that queue any more.",
  20404: "There is no such thing: is the SID right, and does it still exist?",
  20429: "Too many requests at once; nothing was done. Wait a little, then try again.",
  20500: "An error on the carrier's side; nothing was done.",
  21201: "The call has no To.",
  21205: "The call's Url is no address.",
  21210: "From is not one of this account's numbers.",
  21211: "To is no number that can be reached.",
  21213: "The call has no From.",
  21220: "The call is not in progress, so it cannot be changed.",
  21402: "That URL is no address.",
  21403: "The method is neither GET nor POST.",
  21421: "That is no phone number: write a plus sign and digits.",
  21422: "The account has that number already.",
  21602: "The text has neither words nor pictures.",
  21603: "The text has no From.",
  21604: "The text has no To.",
  21606: "From is not one of this account's numbers that can text.",
  21609: "The status callback is no address, or its host has an underscore.",
  21610: "This person has sent STOP: no text reaches them until they send START.",
  21614: "That is a landline: it takes no texts.",
  21617: "The text is longer than 1,600 characters.",
  21620: "A picture's URL is no address.",
  21623: "Too many pictures: ten at most.",
  21624: "A parameter of the text has an impossible value.",
  21701: "There are no Messaging Services here.",
  22003: "A queue has that name already.",
  22004: "The queue has members: only an empty queue can be deleted.",
  30003: "The phone could not be reached.",
  30409: "The text is on its way or has arrived: it cannot be called off.",
};

/** Return a code's sentence; for one that is not known, where it is explained. */
export function inWords(code) {
  return WORDS[code] ?? "See Twilio's dictionary of errors.";
}

/** Return where Twilio explains a code. */
export function dictionary(code) {
  return `https://www.twilio.com/docs/api/errors/${code}`;
}
