// What the page takes of CodeMirror; `cargo xtask editor` bundles it into codemirror.js.

export { standardKeymap } from "@codemirror/commands";
export { Annotation, Compartment, EditorState, RangeSet, StateEffect, StateField, Text, Transaction } from "@codemirror/state";
export {
  Decoration,
  EditorView,
  GutterMarker,
  ViewPlugin,
  gutter,
  gutterLineClass,
  hoverTooltip,
  keymap,
  lineNumbers,
  placeholder,
  showTooltip,
} from "@codemirror/view";
export { StyleModule } from "style-mod";
