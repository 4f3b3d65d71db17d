// What Swift cannot read from FFmpeg's headers, and what differs between FFmpeg 5.1 and 8. Everything is `static`:
// this module has no object file of its own, and no state.
#pragma once
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/avutil.h>
#include <libavutil/channel_layout.h>
#include <libavutil/crc.h>
#include <libavutil/display.h>
#include <libavutil/hwcontext.h>
#include <libavutil/imgutils.h>
#include <libavutil/mastering_display_metadata.h>
#include <libavutil/mathematics.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libavutil/samplefmt.h>
#include <libavutil/timecode.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
#include <string.h>

// Macros with a cast or with arguments are not imported.
static inline int64_t cff_no_timestamp(void) { return AV_NOPTS_VALUE; }
static inline int cff_error(int posix_code) { return AVERROR(posix_code); }
static inline int cff_error_eof(void) { return AVERROR_EOF; }
static inline int cff_error_invalid_data(void) { return AVERROR_INVALIDDATA; }
static inline int cff_error_exit(void) { return AVERROR_EXIT; }
static inline int cff_error_option_not_found(void) { return AVERROR_OPTION_NOT_FOUND; }
static inline uint32_t cff_tag(char a, char b, char c, char d) { return MKTAG(a, b, c, d); }
static inline int cff_qp_to_lambda(void) { return FF_QP2LAMBDA; }

static inline void cff_describe_error(int code, char *text, size_t size) { av_strerror(code, text, size); }

// The message without "[mov @ 0x…]", which means nothing to the reader of an error.
static inline void cff_format_log(void *object, int level, const char *format, va_list arguments, char *text, int size) {
  int print_prefix = 0;
  av_log_format_line2(object, level, format, arguments, text, size, &print_prefix);
}

// Whether a line is about a container, and not about what is coded in it.
static inline int cff_log_is_of_container(const void *object) {
  const AVClass *type = object ? *(const AVClass *const *)object : NULL;
  return type && type->class_name && !strcmp(type->class_name, "AVFormatContext");
}

// Bit fields are not imported. Frames that an edit list leaves out are in an index with this flag.
static inline int cff_index_is_shown(const AVIndexEntry *entry) {
  return entry && !(entry->flags & AVINDEX_DISCARD_FRAME);
}

// AVFrame.duration came with FFmpeg 6 (libavutil 57.30); pkt_duration went with 7.
static inline int64_t cff_frame_duration(const AVFrame *frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
  return frame->duration;
#else
  return frame->pkt_duration;
#endif
}

static inline void cff_set_frame_duration(AVFrame *frame, int64_t duration) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
  frame->duration = duration;
#else
  frame->pkt_duration = duration;
#endif
}

// Interlacing moved from fields to flags with libavutil 58.7.
static inline int cff_frame_is_interlaced(const AVFrame *frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  return !!(frame->flags & AV_FRAME_FLAG_INTERLACED);
#else
  return frame->interlaced_frame;
#endif
}

static inline int cff_frame_is_top_field_first(const AVFrame *frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  return !!(frame->flags & AV_FRAME_FLAG_TOP_FIELD_FIRST);
#else
  return frame->top_field_first;
#endif
}

// Whether the decoder had to guess parts of the picture.
static inline int cff_frame_is_damaged(const AVFrame *frame) {
  return frame->decode_error_flags != 0 || (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0;
}

// AVCodec.pix_fmts is deprecated since libavcodec 61.13. NULL means that the encoder takes any format.
static inline const enum AVPixelFormat *cff_encoder_pixel_formats(const AVCodec *codec) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100)
  const void *formats = NULL;
  if (avcodec_get_supported_config(NULL, codec, AV_CODEC_CONFIG_PIX_FORMAT, 0, &formats, NULL) < 0) return NULL;
  return (const enum AVPixelFormat *)formats;
#else
  return codec->pix_fmts;
#endif
}

// The same for sound. The lists end with AV_SAMPLE_FMT_NONE, 0 and a layout without channels.
static inline const enum AVSampleFormat *cff_encoder_sample_formats(const AVCodec *codec) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100)
  const void *formats = NULL;
  if (avcodec_get_supported_config(NULL, codec, AV_CODEC_CONFIG_SAMPLE_FORMAT, 0, &formats, NULL) < 0) return NULL;
  return (const enum AVSampleFormat *)formats;
#else
  return codec->sample_fmts;
#endif
}

static inline const int *cff_encoder_sample_rates(const AVCodec *codec) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100)
  const void *rates = NULL;
  if (avcodec_get_supported_config(NULL, codec, AV_CODEC_CONFIG_SAMPLE_RATE, 0, &rates, NULL) < 0) return NULL;
  return (const int *)rates;
#else
  return codec->supported_samplerates;
#endif
}

static inline const AVChannelLayout *cff_encoder_channel_layouts(const AVCodec *codec) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100)
  const void *layouts = NULL;
  if (avcodec_get_supported_config(NULL, codec, AV_CODEC_CONFIG_CHANNEL_LAYOUT, 0, &layouts, NULL) < 0) return NULL;
  return (const AVChannelLayout *)layouts;
#else
  return codec->ch_layouts;
#endif
}

// True for encoders that know only a table of frame rates (MPEG-1 and MPEG-2).
static inline int cff_encoder_has_fixed_rates(const AVCodec *codec) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100)
  const void *rates = NULL;
  if (avcodec_get_supported_config(NULL, codec, AV_CODEC_CONFIG_FRAME_RATE, 0, &rates, NULL) < 0) return 0;
  return rates != NULL;
#else
  return codec->supported_framerates != NULL;
#endif
}

// Side data of a stream lives in its codec parameters since FFmpeg 7 (libavformat 61).
static inline int cff_stream_add_side_data(
  AVStream *stream, enum AVPacketSideDataType type, const void *data, size_t size) {
#if LIBAVFORMAT_VERSION_MAJOR >= 61
  AVPacketSideData *entry = av_packet_side_data_new(
    &stream->codecpar->coded_side_data, &stream->codecpar->nb_coded_side_data, type, size, 0);
  if (!entry) return AVERROR(ENOMEM);
  memcpy(entry->data, data, size);
#else
  uint8_t *copy = av_stream_new_side_data(stream, type, size);
  if (!copy) return AVERROR(ENOMEM);
  memcpy(copy, data, size);
#endif
  return 0;
}

static inline const uint8_t *cff_stream_side_data(
  const AVStream *stream, enum AVPacketSideDataType type, size_t *size) {
  *size = 0;
#if LIBAVFORMAT_VERSION_MAJOR >= 61
  const AVPacketSideData *entry = av_packet_side_data_get(
    stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, type);
  if (!entry) return NULL;
  *size = entry->size;
  return entry->data;
#else
  for (int i = 0; i < stream->nb_side_data; i++) {
    if (stream->side_data[i].type == type) {
      *size = stream->side_data[i].size;
      return stream->side_data[i].data;
    }
  }
  return NULL;
#endif
}

// All side data of a stream. With FFmpeg 7 avcodec_parameters_copy has done it.
static inline int cff_stream_copy_side_data(AVStream *to, const AVStream *from) {
#if LIBAVFORMAT_VERSION_MAJOR < 61
  for (int i = 0; i < from->nb_side_data; i++) {
    const AVPacketSideData *entry = &from->side_data[i];
    int code = cff_stream_add_side_data(to, entry->type, entry->data, entry->size);
    if (code < 0) return code;
  }
#endif
  return 0;
}

// Matroska stores times with a track's codec delay added. The muxer does that since FFmpeg 7; before, sound would start
// earlier with every copy.
static inline int cff_matroska_adds_codec_delay(void) { return LIBAVFORMAT_VERSION_MAJOR >= 61; }

// There is no public function to add a chapter: the list is the caller's to build, as FFmpeg's own programs do.
static inline int cff_copy_chapters(AVFormatContext *to, const AVFormatContext *from) {
  if (from->nb_chapters == 0) return 0;
  AVChapter **list = (AVChapter **)av_calloc(from->nb_chapters, sizeof(*list));
  if (!list) return AVERROR(ENOMEM);
  to->chapters = list;
  for (unsigned i = 0; i < from->nb_chapters; i++) {
    AVChapter *chapter = (AVChapter *)av_mallocz(sizeof(*chapter));
    if (!chapter) return AVERROR(ENOMEM);
    chapter->id = from->chapters[i]->id;
    chapter->time_base = from->chapters[i]->time_base;
    chapter->start = from->chapters[i]->start;
    chapter->end = from->chapters[i]->end;
    list[to->nb_chapters++] = chapter;
    int code = av_dict_copy(&chapter->metadata, from->chapters[i]->metadata, 0);
    if (code < 0) return code;
  }
  return 0;
}

// Cuts the chapters to a part of the file, in microseconds; an end of INT64_MAX means none.
static inline void cff_cut_chapters(AVFormatContext *context, int64_t start, int64_t end) {
  unsigned kept = 0;
  for (unsigned i = 0; i < context->nb_chapters; i++) {
    AVChapter *chapter = context->chapters[i];
    AVRational micro = { 1, 1000000 };
    int64_t first = av_rescale_q(start, micro, chapter->time_base);
    int64_t last = end == INT64_MAX ? INT64_MAX : av_rescale_q(end, micro, chapter->time_base);
    if (chapter->end <= first || chapter->start >= last) {
      av_dict_free(&chapter->metadata);
      av_free(chapter);
      continue;
    }
    chapter->start = (chapter->start > first ? chapter->start : first) - first;
    chapter->end = (chapter->end < last ? chapter->end : last) - first;
    context->chapters[kept++] = chapter;
  }
  context->nb_chapters = kept;
}

// Moves a timecode tag on by some frames. What is no timecode stays.
static inline void cff_advance_timecode(AVDictionary **metadata, AVRational rate, int frames) {
  AVDictionaryEntry *entry = av_dict_get(*metadata, "timecode", NULL, 0);
  AVTimecode timecode;
  char text[AV_TIMECODE_STR_SIZE];
  if (!entry || av_timecode_init_from_string(&timecode, rate, entry->value, NULL) < 0) return;
  av_dict_set(metadata, "timecode", av_timecode_make_string(&timecode, text, frames), 0);
}

// SwsContext is an opaque type before FFmpeg 7.1 and a plain one after: keep it out of Swift.
//
// The matrix numbers are SWS_CS_*; ranges are 1 for full.
static inline int cff_convert(
  AVFrame *to, const AVFrame *from, int from_matrix, int from_range, int to_matrix, int to_range) {
  struct SwsContext *context = sws_getContext(
    from->width, from->height, (enum AVPixelFormat)from->format, to->width, to->height, (enum AVPixelFormat)to->format,
    SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP, NULL, NULL, NULL);
  if (!context) return AVERROR(EINVAL);
  // Fails where neither side is Y'CbCr; then there is nothing to set.
  sws_setColorspaceDetails(
    context, sws_getCoefficients(from_matrix), from_range, sws_getCoefficients(to_matrix), to_range, 0, 1 << 16, 1 << 16);
  int rows = sws_scale(
    context, (const uint8_t *const *)from->data, from->linesize, 0, from->height, to->data, to->linesize);
  sws_freeContext(context);
  return rows == to->height ? 0 : (rows < 0 ? rows : AVERROR_EXTERNAL);
}

// A scaler for pictures of one format: lanczos, the same bits on every processor. Matrices and ranges do not matter,
// as both sides have the same. Chroma places are counted in 1/256 of the picture's samples from the first; -513 is the
// middle. NULL if swscale does not do it. The context is hidden for the same reason as above.
static inline void *cff_scaler_open(
  int format, int from_width, int from_height, int to_width, int to_height, int chroma_x, int chroma_y, int is_full) {
  if (!sws_isSupportedInput((enum AVPixelFormat)format) || !sws_isSupportedOutput((enum AVPixelFormat)format)) {
    return NULL;
  }
  struct SwsContext *context = sws_alloc_context();
  if (!context) return NULL;
  av_opt_set_int(context, "srcw", from_width, 0);
  av_opt_set_int(context, "srch", from_height, 0);
  av_opt_set_int(context, "src_format", format, 0);
  av_opt_set_int(context, "dstw", to_width, 0);
  av_opt_set_int(context, "dsth", to_height, 0);
  av_opt_set_int(context, "dst_format", format, 0);
  av_opt_set_int(
    context, "sws_flags",
    SWS_LANCZOS | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP | SWS_BITEXACT, 0);
  av_opt_set_int(context, "src_range", is_full, 0);
  av_opt_set_int(context, "dst_range", is_full, 0);
  av_opt_set_int(context, "src_h_chr_pos", chroma_x, 0);
  av_opt_set_int(context, "dst_h_chr_pos", chroma_x, 0);
  av_opt_set_int(context, "src_v_chr_pos", chroma_y, 0);
  av_opt_set_int(context, "dst_v_chr_pos", chroma_y, 0);
  if (sws_init_context(context, NULL, NULL) < 0) {
    sws_freeContext(context);
    return NULL;
  }
  return context;
}

// Scales every `step`-th row from row `first` on: one field of an interlaced frame with 2, all of it with 1.
static inline int cff_scaler_run(void *scaler, AVFrame *to, const AVFrame *from, int first, int step) {
  const uint8_t *source[4];
  uint8_t *target[4];
  int source_strides[4], target_strides[4];
  for (int i = 0; i < 4; i++) {
    source[i] = from->data[i] ? from->data[i] + first * from->linesize[i] : NULL;
    target[i] = to->data[i] ? to->data[i] + first * to->linesize[i] : NULL;
    source_strides[i] = from->linesize[i] * step;
    target_strides[i] = to->linesize[i] * step;
  }
  int rows = sws_scale(
    (struct SwsContext *)scaler, source, source_strides, 0, from->height / step, target, target_strides);
  return rows == to->height / step ? 0 : (rows < 0 ? rows : AVERROR_EXTERNAL);
}

static inline void cff_scaler_close(void *scaler) { sws_freeContext((struct SwsContext *)scaler); }
