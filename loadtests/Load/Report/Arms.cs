namespace Doseline.Load.Report;

/// <summary>What platforms are called.</summary>
static class Arms
{
    /// <summary>The build before.</summary>
    public const string Base = "base";

    /// <summary>The build after.</summary>
    public const string Now = "now";

    /// <summary>The build after, on databases that have grown.</summary>
    public const string Grown = "now, grown";
}
