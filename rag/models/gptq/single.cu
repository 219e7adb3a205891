// One row times 4-bit weights in Marlin's layout: y[n] = sum over k of x[k] * (w[k, n] - 8) * scale[k / group, n].
// Marlin's own kernel is made for tiles of 16 rows; for one row reading the weights is all there is to do.
//
// The layout: tiles of 16 inputs by 64 outputs, 128 words each. Word 4 * lane + j of a tile has the outputs
// 16 * j + lane / 4 and 8 more, at the inputs 2 * (lane % 4) + {0, 1, 8, 9}; its nibbles 0 and 4 are the first two
// inputs of the first output, 1 and 5 the other two, 2 and 6, 3 and 7 the same of the second output. Scales of 64
// outputs are stored with output c at 8 * (c % 8) + c / 8.
#include <cuda_fp16.h>

namespace {

constexpr int kWarps = 8;
#ifndef HALVES
#define HALVES 1
#endif
#ifndef EARLY  // 1 from compute capability 9.0 on
#define EARLY 0
#endif

__device__ __forceinline__ half2 codes(unsigned word) {
  unsigned bits = (word & 0x000f000fu) | 0x64006400u;  // 1024 + code, twice
  return __hsub2(*reinterpret_cast<half2*>(&bits), __float2half2_rn(1032.0f));
}

__global__ void __launch_bounds__(kWarps * 32)
single(const int4* weights, const half* scales, const half* x, half* y, float* sums, int* arrived, int k, int n,
       int group) {
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  const int tile = blockIdx.x, tiles = n / 64, group_tiles = group / 16;
  float total[8] = {};
#if EARLY
  // The weights do not depend on the kernel before this one: they are fetched while it still runs.
  for (int g = blockIdx.y * kWarps + warp; g < k / group; g += gridDim.y * kWarps) {
    for (int t = 0; t < group_tiles; ++t) {
      const int4* at = weights + (static_cast<size_t>(g * group_tiles + t) * tiles + tile) * 32 + lane;
      if (lane % 8 == 0) asm volatile("prefetch.global.L2 [%0];" ::"l"(at));
    }
  }
  asm volatile("griddepcontrol.launch_dependents;");
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
  for (int g = blockIdx.y * kWarps + warp; g < k / group; g += gridDim.y * kWarps) {
#if HALVES
    half2 part[8] = {};
#else
    float part[8] = {};
#endif
#pragma unroll 8
    for (int t = 0; t < group_tiles; ++t) {
      const int row = g * group_tiles + t;
      const int4 words = __ldcs(weights + (static_cast<size_t>(row) * tiles + tile) * 32 + lane);
      const half2* at = reinterpret_cast<const half2*>(x + row * 16 + 2 * (lane % 4));
#if HALVES
      const half2 sixteenth = __float2half2_rn(0.0625f);  // so that sums of a group stay within float16
      const half2 first = __hmul2(at[0], sixteenth), second = __hmul2(at[4], sixteenth);
#else
      const float2 first = __half22float2(at[0]), second = __half22float2(at[4]);
#endif
      const unsigned w[4] = {unsigned(words.x), unsigned(words.y), unsigned(words.z), unsigned(words.w)};
#pragma unroll
      for (int j = 0; j < 4; ++j) {
#pragma unroll
        for (int b = 0; b < 2; ++b) {
#if HALVES
          part[2 * j + b] = __hfma2(codes(w[j] >> (8 * b)), first, part[2 * j + b]);
          part[2 * j + b] = __hfma2(codes(w[j] >> (8 * b + 4)), second, part[2 * j + b]);
#else
          const float2 low = __half22float2(codes(w[j] >> (8 * b))), high = __half22float2(codes(w[j] >> (8 * b + 4)));
          part[2 * j + b] += low.x * first.x + low.y * first.y + high.x * second.x + high.y * second.y;
#endif
        }
      }
    }
#pragma unroll
    for (int c = 0; c < 8; ++c) {
      const int column = 16 * (c / 2) + lane / 4 + 8 * (c % 2);
#if HALVES
      const float sum = 16 * (__low2float(part[c]) + __high2float(part[c]));
#else
      const float sum = part[c];
#endif
      total[c] += sum * __half2float(scales[static_cast<size_t>(g) * n + tile * 64 + 8 * (column % 8) + column / 8]);
    }
  }
  __shared__ float gathered[kWarps][64];
#pragma unroll
  for (int c = 0; c < 8; ++c) {
    total[c] += __shfl_xor_sync(~0u, total[c], 1);
    total[c] += __shfl_xor_sync(~0u, total[c], 2);
    if (lane % 4 == 0) gathered[warp][16 * (c / 2) + lane / 4 + 8 * (c % 2)] = total[c];
  }
  __syncthreads();
  float sum = 0;
  const int column = threadIdx.x;
  if (column < 64) {
    for (int w = 0; w < kWarps; ++w) sum += gathered[w][column];
  }
  if (gridDim.y == 1) {
    if (column < 64) y[tile * 64 + column] = __float2half(sum);
    return;
  }
  // Several blocks share the tile: the last one to arrive adds up what all have left, and winds the counter back.
  __shared__ bool last;
  if (column < 64) sums[static_cast<size_t>(blockIdx.y) * n + tile * 64 + column] = sum;
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0) last = atomicAdd(arrived + tile, 1) == static_cast<int>(gridDim.y) - 1;
  __syncthreads();
  if (!last) return;
  if (column < 64) {
    sum = 0;
    for (int part = 0; part < static_cast<int>(gridDim.y); ++part)
      sum += __ldcg(sums + static_cast<size_t>(part) * n + tile * 64 + column);
    y[tile * 64 + column] = __float2half(sum);
  }
  if (threadIdx.x == 0) arrived[tile] = 0;
}

}  // namespace

// Gives the CUDA error, 0 for none. `sums` has splits * n floats, `arrived` n / 64 zeros.
extern "C" int kotae_single(const void* weights, const void* scales, const void* x, void* y, void* sums, void* arrived,
                            int k, int n, int group, int splits, void* stream) {
  cudaLaunchAttribute early;
  early.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  early.val.programmaticStreamSerializationAllowed = EARLY;
  cudaLaunchConfig_t how = {};
  how.gridDim = dim3(n / 64, splits);
  how.blockDim = dim3(kWarps * 32);
  how.stream = static_cast<cudaStream_t>(stream);
  how.attrs = &early;
  how.numAttrs = EARLY;
  return cudaLaunchKernelEx(&how, single, static_cast<const int4*>(weights), static_cast<const half*>(scales),
                            static_cast<const half*>(x), static_cast<half*>(y), static_cast<float*>(sums),
                            static_cast<int*>(arrived), k, n, group);
}
