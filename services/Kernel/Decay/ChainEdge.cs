using System.Runtime.InteropServices;

namespace Doseline.Kernel.Decay;

/// <summary>Atoms per second that a member hands on, per atom of it.</summary>
[StructLayout(LayoutKind.Auto)]
readonly record struct ChainEdge(int From, int To, double RatePerSecond);
