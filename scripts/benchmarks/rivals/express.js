// An Express application for waiting callers, with the vendor's own signature check; a rival in the wait benchmark.
// Started as: node express.js PORT TOKEN [DATABASE]. With a database it writes the place and the wait each time.
"use strict";

const express = require("express");
const twilio = require("twilio");

const [port, token, database] = process.argv.slice(2);
let keep = () => {};
if (database) {
  const db = require("better-sqlite3")(database);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = NORMAL");
  db.exec("CREATE TABLE IF NOT EXISTS calls (call_sid TEXT PRIMARY KEY, place INTEGER, waited_s INTEGER)");
  const statement = db.prepare(
    "INSERT INTO calls VALUES (?, ?, ?) ON CONFLICT (call_sid) DO UPDATE SET place = excluded.place, waited_s = excluded.waited_s",
  );
  keep = (form) => statement.run(form.CallSid, Number(form.QueuePosition), Number(form.QueueTime));
}

const app = express();
app.post(
  "/voice/listener/wait",
  express.urlencoded({ extended: false }),
  twilio.webhook(token, { protocol: "http" }),
  (request, response) => {
    const form = request.body;
    keep(form);
    const document = new twilio.twiml.VoiceResponse();
    document.say(`You are number ${form.QueuePosition} in line.`);
    document.say(`You have been waiting ${Math.floor(form.QueueTime / 60)} minutes.`);
    document.say(`The average wait is ${Math.floor(form.AvgQueueTime / 60)} minutes.`);
    document.play("http://127.0.0.1/media/hold.wav");
    response.type("text/xml").send(document.toString());
  },
);
app.listen(Number(port), "127.0.0.1");
