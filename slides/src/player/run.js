// Runs an example on our server and shows what it prints, as it prints it; or, without a server,
// what was recorded.
class Runner {
  constructor(changed) {
    const part = (name) => document.getElementById(`run-${name}`);
    this.panel = part("panel");
    this.command = part("command");
    this.status = part("status");
    this.output = part("output");
    this.stopButton = part("stop");
    this.changed = changed; // called when a run begins or ends
    this.abort = null;
    this.stopButton.addEventListener("click", () => this.stop());
    part("close").addEventListener("click", () => this.close());
  }

  get open() {
    return !this.panel.hidden;
  }

  get running() {
    return this.abort !== null;
  }

  start(button) {
    this.stop();
    this.panel.hidden = false;
    this.command.textContent = button.dataset.command;
    this.output.textContent = "";
    if ("live" in document.documentElement.dataset) return this.runLive(button.dataset.run);
    this.output.textContent = button.parentElement.querySelector(".recorded").textContent;
    this.say("recorded");
  }

  async runLive(example) {
    const abort = new AbortController();
    this.abort = abort;
    this.say("running");
    let ended = "ended";
    try {
      const response = await fetch(`/run/${example}`, { method: "POST", signal: abort.signal });
      if (!response.ok) ended = "refused";
      for await (const text of response.body.pipeThrough(new TextDecoderStream())) this.print(text);
    } catch (error) {
      if (abort.signal.aborted) ended = "stopped";
      else {
        ended = "broken off";
        this.print(
          `\nThe server does not answer any more: is it still running? (${error.message})\n`,
        );
      }
    }
    if (this.abort !== abort) return; // another run has begun
    this.abort = null;
    this.say(ended);
  }

  print(text) {
    const { output } = this;
    const atTheEnd = output.scrollTop + output.clientHeight >= output.scrollHeight - 4;
    output.append(text);
    // A program that prints without end must not fill the memory. Much is cut at once, since each
    // cut is slow.
    if (output.textContent.length > 300000) output.textContent = output.textContent.slice(-200000);
    if (atTheEnd) output.scrollTop = output.scrollHeight;
  }

  say(status) {
    this.status.textContent = status;
    this.stopButton.hidden = !this.running;
    this.changed();
  }

  stop() {
    const { abort } = this;
    if (!abort) return;
    this.abort = null;
    abort.abort();
    this.say("stopped");
  }

  close() {
    this.stop();
    this.panel.hidden = true;
  }
}
