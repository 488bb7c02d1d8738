/** A text area as high as its text, where the browser cannot do it by itself (`field-sizing`, not in Firefox yet). */
export function grow(text: () => string) {
  return (area: HTMLTextAreaElement): void => {
    if (CSS.supports('field-sizing', 'content')) return;
    $effect(() => {
      void text();
      area.style.height = 'auto';
      area.style.height = `${area.scrollHeight}px`;
    });
  };
}
