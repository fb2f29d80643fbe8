// The faults and policies that the page can set: what kind of field each is, and what it does, in a sentence. The names
// are those of PUT /_exchange/faults (docs/exchange.md); tests/exchange/test_page.py keeps the list whole.

const DIAL_STATUSES = ["completed", "answered", "busy", "no-answer", "failed", "canceled"];

/** Callbacks come in two kinds, each with a value of its own. */
export const CALLBACK_KINDS = { status: "status callbacks", action: "action requests" };

/** kind: share (0 to 1), seconds, count, numbers; `byKind` has a value for each kind of callback. */
export const FAULTS = [
  {
    name: "webhook_delay_s",
    label: "Late callbacks",
    kind: "seconds",
    most: 60,
    byKind: true,
    what: "They go out so many seconds late.",
  },
  {
    name: "webhook_reorder_s",
    label: "Callbacks out of order",
    kind: "seconds",
    most: 60,
    byKind: true,
    what: "Each is late by up to so many seconds more, at random.",
  },
  {
    name: "webhook_duplicate",
    label: "Doubled callbacks",
    kind: "share",
    byKind: true,
    what: "This share is sent twice, with the same idempotency token.",
  },
  { name: "webhook_lose", label: "Lost callbacks", kind: "share", byKind: true, what: "This share is never sent." },
  { name: "rest_429", label: "REST: too many requests", kind: "share", what: "Answered 429; nothing was done." },
  { name: "rest_500", label: "REST: server error", kind: "share", what: "Answered 500; nothing was done." },
  {
    name: "rest_timeout",
    label: "REST: no answer, not done",
    kind: "share",
    what: "No answer comes, and nothing was done.",
  },
  {
    name: "rest_timeout_after_work",
    label: "REST: no answer, but done",
    kind: "share",
    what: "No answer comes, though everything was done.",
  },
  {
    name: "member_gone",
    label: "Caller gone before the move",
    kind: "share",
    what: "This share of members hangs up just before they are moved.",
  },
  {
    name: "lagging_current_size",
    label: "Queue sizes lag",
    kind: "count",
    most: 100,
    what: "A queue's old size is shown for so many reads.",
  },
  {
    name: "system_error_enqueues",
    label: "Enqueues that fail",
    kind: "count",
    most: 100,
    what: "So many of the next ones end in system-error.",
  },
  { name: "landlines", label: "Landlines", kind: "numbers", what: "These numbers refuse every text at once: 21614." },
  {
    name: "unreachable",
    label: "Phones out of reach",
    kind: "numbers",
    what: "Texts to these numbers end undelivered: 30003.",
  },
];

/** `choices` are the values, the default first. */
export const POLICIES = [
  { name: "wait_failure_uses_fallback", choices: [false, true], what: "A failed wait document asks the fallback URL." },
  {
    name: "whisper_hangup_result",
    choices: ["bridging-in-process", "hangup", "bridged", "error", "system-error"],
    what: "QueueResult when either side goes away during the whisper.",
  },
  { name: "whisper_failure", choices: ["error", "bridge"], what: "What a whisper that cannot be run ends in." },
  { name: "star_drops_caller", choices: [false, true], what: "The star hangs up on the caller too." },
  {
    name: "empty_queue_status",
    choices: ["no-answer", ...DIAL_STATUSES.filter((status) => status !== "no-answer")],
    what: "DialCallStatus when nobody came.",
  },
  {
    name: "missing_queue_status",
    choices: ["failed", ...DIAL_STATUSES.filter((status) => status !== "failed")],
    what: "DialCallStatus when there is no such queue.",
  },
  { name: "dial_queue_extras", choices: [false, true], what: "The Dial action of a queue has QueueSid and QueueTime." },
  {
    name: "ghost_fetch",
    choices: [false, true],
    what: "A Redirect after Dial is requested though the call was moved.",
  },
  { name: "delete_nonempty_status", choices: [400, 409], what: "Status of deleting a queue with members." },
  { name: "second_member_post", choices: [404, 400], what: "Status of moving a member who is gone." },
  {
    name: "signature_algorithm",
    choices: ["sha1", "sha256"],
    what: "How webhooks are signed; sha256 is also named in a header.",
  },
  { name: "media_auth", choices: [true, false], what: "Recordings and pictures need the account's token." },
];
