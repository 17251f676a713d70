/** Drawings: loaded when they are wanted, so apart from the rest of the core. */

export { Editor } from './editor';
export { DrawingLayer, type DrawingOptions } from './layer';
export { ANCHORS, DASHES, type Drawing, type Style, TOOLS, type Tool, WIDEST } from './model';
export { keyOf, LONGEST_READ, load, parse, print } from './storage';
