// Facts of the machine that the views word differently.

/** Cmd instead of Ctrl. */
export const mac = /mac/i.test(navigator.platform);
