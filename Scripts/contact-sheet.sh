#!/usr/bin/env bash
# Draws a before/after sheet: contact-sheet.sh [--source PHOTO] [--caption TEXT] BEFORE AFTER SHEET
# Clips: ten evenly spaced moments, five a row, before above after. Pictures: side by side.
set -euo pipefail

usage() {
  echo "Usage: contact-sheet.sh [--source PHOTO] [--caption TEXT] BEFORE AFTER SHEET" >&2
  exit 2
}
photo='' caption=''
while [[ ${1:-} == --* ]]; do
  [[ $# -gt 1 ]] || usage
  case $1 in
    --source) photo=file:$2 ;;
    --caption) caption=$2 ;;
    *) usage ;;
  esac
  shift 2
done
[[ $# -eq 3 ]] || usage
# With 'file:' a name that holds a colon or begins with a dash is still a name.
before=file:$1 after=file:$2 sheet=file:$3

fail() {
  echo "Drawing the contact sheet '${sheet#file:}' failed: $*" >&2
  exit 1
}

entry() { ffprobe -v error -show_entries "format=$1" -of default=nokey=1:noprint_wrappers=1 "$2"; }
size_of() { ffprobe -v error -select_streams v:0 -show_entries "stream=$1" -of csv=p=0:s=x "$2" | head -n 1; }
draw() { ffmpeg -nostdin -v error -y "$@"; }

format=$(entry format_name "$before") || fail "ffprobe cannot read '$1'."
case $format in
  *_pipe | image2)
    moments=1 box="720:720" stack=hstack tile=1x1
    seconds=0
    ;;
  *)
    moments=10 box="384:384" stack=vstack tile=5x2:padding=6:margin=6:color=white
    seconds=$(entry duration "$after") || fail "ffprobe cannot read '$2'."
    [[ $seconds =~ ^[0-9] ]] || fail "'$2' does not say how long it is."
    ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# One size for all, as seen: a sideways clip is turned first, so its stream's width and height would mislead.
fit=scale=$box:force_original_aspect_ratio=decrease:force_divisible_by=2
draw -i "$before" -frames:v 1 -vf "$fit" "$work/size.png" ||
  fail "ffmpeg cannot read the first picture of '$1'; its words are above."
size=$(size_of width,height "$work/size.png")

for ((i = 0; i < moments; i++)); do
  moment=$(awk -v seconds="$seconds" -v i="$i" -v n="$moments" 'BEGIN { printf "%.3f", seconds * (i + 0.5) / n }')
  at=()
  [[ $moments -eq 1 ]] || at=(-ss "$moment")
  draw "${at[@]}" -i "$before" "${at[@]}" -i "$after" -frames:v 1 -filter_complex \
    "[0:v:0]scale=$size,setsar=1,format=rgb24[a];[1:v:0]scale=$size,setsar=1,format=rgb24[b];[a][b]$stack" \
    "$work/pair$(printf %02d "$i").png" || fail "ffmpeg's words on the pictures at $moment s are above."
done
draw -pattern_type glob -i "$work/pair*.png" -vf "tile=$tile" -frames:v 1 "$work/sheet.png" ||
  fail "ffmpeg's words are above."

if [[ -n $photo ]]; then
  # Left of all others, at its own shape, as high as a pair of pictures or as the sheet allows.
  height=$(size_of height "$work/sheet.png")
  shown=$((height < 480 ? height : 480))
  draw -i "$photo" -i "$work/sheet.png" -filter_complex \
    "[0:v:0]scale=-2:$shown,setsar=1,format=rgb24,pad=iw+6:$height:0:0:white[a];
     [1:v:0]format=rgb24[b];[a][b]hstack" \
    -frames:v 1 "$work/with-source.png" || fail "ffmpeg cannot put '${photo#file:}' beside it; its words are above."
  mv "$work/with-source.png" "$work/sheet.png"
fi

if [[ -n $caption ]]; then
  printf '%s\n' "$caption" | fold -s -w 150 >"$work/caption.txt"
  lines=$(wc -l <"$work/caption.txt")
  draw -i "$work/sheet.png" -vf \
    "pad=iw:ih+$((lines * 26 + 12)):0:0:white,drawtext=textfile=$work/caption.txt:expansion=none:fontsize=18:\
line_spacing=6:x=10:y=h-$((lines * 26)):fontcolor=black" "$work/captioned.png" ||
    fail "ffmpeg cannot write under it; its words are above."
  mv "$work/captioned.png" "$work/sheet.png"
fi
draw -i "$work/sheet.png" -frames:v 1 -q:v 3 "$sheet" || fail "ffmpeg's words are above."
