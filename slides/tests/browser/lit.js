// Goes to each step of each scene of the explorer. The result has a sentence for each step whose lit
// lines are not those of the recording.
(async () => {
  const data = JSON.parse(document.getElementById("run").textContent);
  const wrong = [];
  for (const [scene, { tracks }] of data.scenes.entries()) {
    for (const [nth, step] of tracks[0].steps.entries()) {
      location.hash = `#${scene + 1}.${nth + 1}`;
      await new Promise((resolve) => addEventListener("hashchange", resolve, { once: true }));
      const pane = [...document.querySelectorAll(".source")].find((source) =>
        source.textContent.startsWith("Rust"),
      );
      const expected = {
        stop: [step.stop],
        resumed: [step.resumed],
        said: step.says.map(([, , line]) => line),
      };
      for (const [kind, lines] of Object.entries(expected)) {
        const lit = [...pane.querySelectorAll(`.line.${kind} .n`)].map((n) => Number(n.textContent));
        const recorded = lines.filter((line) => line !== null);
        const wanted = [...new Set(recorded)].sort((a, b) => a - b);
        if (JSON.stringify(lit) !== JSON.stringify(wanted)) {
          wrong.push(`${scene}.${nth} ${kind}: ${lit}, not ${wanted}`);
        }
      }
    }
  }
  return wrong;
})()
