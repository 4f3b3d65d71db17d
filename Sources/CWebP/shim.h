// libwebpdemux plays animated WebP, which FFmpeg cannot decode.
#pragma once
#include <webp/decode.h>
#include <webp/demux.h>
