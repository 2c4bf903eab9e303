/* Tells, as JSON, how one control looks: sizes, and contrasts as WCAG 2 counts them; null where a picture is behind. */
(element) => {
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (upper, lower) => upper.slice(0, 3).map((part, at) => part * upper[3] + lower[at] * (1 - upper[3])).concat(1);
  const parent = (one) => one.assignedSlot ?? one.parentElement ?? one.getRootNode().host ?? null;
  const behind = (one) => {
    const layers = [];
    for (let at = one; at; at = parent(at)) {
      const own = getComputedStyle(at);
      if (own.backgroundImage !== "none") return null;
      layers.push(rgba(own.backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    return layers.reverse().reduce((lower, upper) => over(upper, lower), rgba(getComputedStyle(document.documentElement).colorScheme.trim() === "dark" ? "#121212" : "#fff"));
  };
  const light = (colour) => {
    const [red, green, blue] = colour.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return Math.round(((high + 0.05) / (low + 0.05)) * 100) / 100;
  };
  const own = behind(element);
  const around = parent(element) ? behind(parent(element)) : null;
  return JSON.stringify({
    role: element.getAttribute("role") || { a: "link", button: "button", input: "button", summary: "button" }[element.localName] || element.localName,
    width: box.width,
    height: box.height,
    size: parseFloat(style.fontSize) || 0,
    weight: parseFloat(style.fontWeight) || 0,
    padding: style.padding.slice(0, 300),
    contrast: own && contrast(over(rgba(style.color), own), own),
    prominence: own && around && contrast(own, around),
    focused: element.getRootNode().activeElement === element,
  });
}
