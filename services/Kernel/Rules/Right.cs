namespace Doseline.Kernel.Rules;

/// <summary>A role at a site. Rights are such pairs everywhere, and never a list of roles beside a list of sites, whose product would be more than was given.</summary>
/// <param name="Role">Role.</param>
/// <param name="SiteId">Site; <c>*</c> for every one.</param>
public sealed record Right(string Role, string SiteId)
{
    /// <summary>The pair that a text of the form <c>qa@bos</c> says; null for another text.</summary>
    public static Right? Read(string text) => text.Split('@', 2) is [{ Length: > 0 } role, { Length: > 0 } site] ? new(role, site) : null;

    /// <summary>True when it holds at the site.</summary>
    public bool At(string site) => SiteId == Roles.AllSites || SiteId == site;

    /// <summary>The form it has in tokens: <c>qa@bos</c>.</summary>
    public override string ToString() => $"{Role}@{SiteId}";
}
