/**
 * Carries steps out one after the other and shows what they print as it comes; beside them others, one after the other as well, whose
 * output is kept and shown whenever one of the first has ended. So what mostly waits and what computes have a small machine together, and
 * the lines of two never mix.
 *
 * @typedef {(isQuiet: boolean) => Promise<string>} Step resolves to what it has printed, where that is to be kept
 * @param {readonly Step[]} shown
 * @param {readonly Step[]} kept
 * @param {(text: string) => void} [say]
 */
export async function sideBySide(shown, kept, say = (text) => process.stdout.write(text)) {
  let isShowing = true;
  let texts = [];
  const tell = () => {
    for (const text of texts) say(text);
    texts = [];
  };
  const showing = async () => {
    for (const step of shown) {
      await step(false);
      tell();
    }
    isShowing = false;
  };
  const keeping = async () => {
    for (const step of kept) {
      const text = await step(true);
      texts.push(text);
      if (!isShowing) tell();
    }
  };
  await Promise.all([showing(), keeping()]);
}
