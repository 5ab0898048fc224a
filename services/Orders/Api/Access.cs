using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Messaging;

namespace Doseline.Orders.Api;

/// <summary>What a partner system may see: the orders of the customers that name it.</summary>
static class Access
{
    /// <summary>Refuses a partner that the customer does not name.</summary>
    /// <exception cref="RefusedException">PERMISSION_DENIED, CUSTOMER_NOT_ALLOWED.</exception>
    public static void RequireCustomer(RequestContext request, string customerId, IReadOnlyList<string> partnerSubjects)
    {
        if (request.OwnTo() is { } partner && !partnerSubjects.Contains(partner, StringComparer.Ordinal))
            throw new RefusedException(Refusal.Denied($"customers/{customerId}", "CUSTOMER_NOT_ALLOWED", $"{request.Caller.Name} has no rights for this customer.").With("customer_id", customerId));
    }

    /// <summary>True when the caller may read patient tokens of the site's orders: who orders there, and nobody else.</summary>
    public static bool SeesPatients(Caller caller, string siteId) => caller.Is(Roles.SupplyDesk, siteId) || caller.Is(Roles.Partner);

    /// <summary>True when the caller may read prices.</summary>
    public static bool SeesPrices(Caller caller) => caller.Is(Roles.SupplyDesk) || caller.Is(Roles.Partner) || caller.Is(Roles.Auditor) || caller.Is(Roles.MasterData);
}
