using Doseline.Inventory.V1;
using Doseline.Kernel.Rules;
using Grpc.Core;

namespace Doseline.Identity.Api;

/// <summary>The sites there are, which Inventory keeps: a right at a site that somebody made up would be a right that nobody looks at.</summary>
public sealed class KnownSites(SitesService.SitesServiceClient sites)
{
    const int PageSize = 500;

    /// <summary>Refuses a site that does not exist.</summary>
    /// <param name="siteId">Site, or <c>*</c> for every one.</param>
    /// <param name="refusals">Takes the reason.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task RequireAsync(string siteId, List<Refusal> refusals, CancellationToken cancel)
    {
        if (siteId is "" or Roles.AllSites) return;
        ListSitesRequest request = new() { PageSize = PageSize };
        try
        {
            do
            {
                var page = await sites.ListSitesAsync(request, cancellationToken: cancel);
                if (page.Sites.Any(s => s.SiteId == siteId)) return;
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken is not "");
        }
        catch (RpcException fault) when (!cancel.IsCancellationRequested)
        {
            throw new RefusedException(Refusal.Unavailable("services/inventory", "SITES_UNKNOWN", $"Whether there is a site {siteId} cannot be found out now ({fault.StatusCode}).").With("site_id", siteId));
        }

        refusals.Add(Refusal.Invalid("site_id", "SITE_UNKNOWN", $"There is no site {siteId}.").With("site_id", siteId));
    }
}
