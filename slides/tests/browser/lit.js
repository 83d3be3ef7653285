// Goes to each moment of each scene of the explorer. The result has a sentence for each step whose
// lit lines are not those of the recording, in each language, and for each disc of a task without a
// name that is not at the line of its step. Nothing is lit in a language that does nothing at the
// moment.
(async () => {
  const data = JSON.parse(document.getElementById("run").textContent);
  const nothing = { stop: null, resumed: null, says: [] };
  const wrong = [];
  for (const [scene, { tracks, moments }] of data.scenes.entries()) {
    for (const [nth, moment] of moments.entries()) {
      location.hash = `#${scene + 1}.${nth + 1}`;
      await new Promise((resolve) => addEventListener("hashchange", resolve, { once: true }));
      for (const [index, { steps }] of tracks.entries()) {
        const step = steps[moment.steps[index]] ?? nothing;
        // A line that the page leaves out, or that is in another file, cannot be lit.
        const { name } = data.sources[index];
        const shown = new Set(data.sources[index].lines.map(([number]) => number));
        const source = [...document.querySelectorAll(".source")].find((source) =>
          source.textContent.startsWith(name),
        );
        const expected = {
          stop: [step.stop],
          resumed: [step.resumed],
          said: step.says.map(([, , line]) => line),
        };
        for (const [kind, lines] of Object.entries(expected)) {
          const numbers = [...source.querySelectorAll(`.line.${kind} .n`)];
          const lit = numbers.map((number) => Number(number.textContent));
          const recorded = lines.filter((line) => shown.has(line));
          const wanted = [...new Set(recorded)].sort((a, b) => a - b);
          if (JSON.stringify(lit) !== JSON.stringify(wanted)) {
            wrong.push(`${scene}.${nth} ${name} ${kind}: ${lit}, not ${wanted}`);
          }
        }
        // What runs without a name has its disc where it has stopped, and not where its lane waits.
        if (step.sentence?.startsWith("(a task inside it) ")) {
          const discs = [...source.querySelectorAll(".mark.ran")];
          const at = discs.map(({ dataset }) => Number(dataset.line)).join();
          const stop = shown.has(step.stop) ? String(step.stop) : "";
          if (at !== stop) wrong.push(`${scene}.${nth} ${name}: a disc at ${at}, not at ${stop}`);
        }
      }
    }
  }
  return wrong;
})()
