using System.Runtime.InteropServices;

namespace Doseline.Platform.Hosting;

/// <summary>What a program of the platform writes (databases, their journals, keys, papers, reports) is for its own user and nobody else of the machine.</summary>
static class OwnFiles
{
    // Owner may read and write; group and others may nothing.
    const uint GroupAndOthers = 0b000_111_111;

    /// <summary>From now on, for every file the process makes.</summary>
    public static void Begin()
    {
        if (!OperatingSystem.IsWindows()) _ = SetMask(GroupAndOthers);
    }

    [DllImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern uint SetMask(uint mask);
}
