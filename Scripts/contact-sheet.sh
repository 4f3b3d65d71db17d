#!/usr/bin/env bash
# Draws a before/after sheet: contact-sheet.sh BEFORE AFTER SHEET
# Clips: ten evenly spaced moments, before above after. Pictures: side by side.
set -euo pipefail

[[ $# -eq 3 ]] || {
  echo "Usage: contact-sheet.sh BEFORE AFTER SHEET" >&2
  exit 2
}
# With 'file:' a name that holds a colon or begins with a dash is still a name.
before=file:$1 after=file:$2 sheet=file:$3
moments=10

fail() {
  echo "Drawing the contact sheet '${sheet#file:}' failed: $*" >&2
  exit 1
}

entry() { ffprobe -v error -show_entries "format=$1" -of default=nokey=1:noprint_wrappers=1 "$2"; }
draw() { ffmpeg -nostdin -v error -y "$@"; }
# Both pictures of a pair get the very same size, whatever theirs is.
pair() { echo "[0:v:0]scale=$1,setsar=1[a];[1:v:0]scale=$1,setsar=1[b];[a][b]scale2ref[a][b];[a][b]$2"; }

format=$(entry format_name "$before") || fail "ffprobe cannot read '$1'."
case $format in
  *_pipe | image2)
    draw -i "$before" -i "$after" -filter_complex "$(pair '-2:min(720\,ih)' hstack)" -frames:v 1 -q:v 3 "$sheet" ||
      fail "ffmpeg's words are above."
    exit
    ;;
esac

seconds=$(entry duration "$after") || fail "ffprobe cannot read '$2'."
[[ $seconds =~ ^[0-9] ]] || fail "'$2' does not say how long it is."
frames=$(mktemp -d)
trap 'rm -rf "$frames"' EXIT
for ((i = 0; i < moments; i++)); do
  moment=$(awk -v seconds="$seconds" -v i="$i" -v n="$moments" 'BEGIN { printf "%.3f", seconds * (i + 0.5) / n }')
  draw -ss "$moment" -i "$before" -ss "$moment" -i "$after" \
    -filter_complex "$(pair '384:384:force_original_aspect_ratio=decrease:force_divisible_by=2' vstack)" \
    -frames:v 1 "$frames/$(printf %02d "$i").png" || fail "ffmpeg's words on the pictures at $moment s are above."
done
draw -pattern_type glob -i "$frames/*.png" -vf tile=5x2:padding=6:margin=6:color=white -frames:v 1 -q:v 3 "$sheet" ||
  fail "ffmpeg's words are above."
