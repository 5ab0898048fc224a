using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;

namespace Doseline.Orders.Api;

/// <summary>What a partner system may see: the orders of the customers that name it.</summary>
static class Access
{
    static readonly string[] Staff = [.. Roles.All.Where(r => r != Roles.Partner)];

    /// <summary>True for a caller that has no role but partner.</summary>
    public static bool IsPartner(Caller caller) => caller.Is(Roles.Partner) && !Staff.Any(caller.Is);

    /// <summary>Refuses a partner that the customer does not name.</summary>
    /// <exception cref="RefusedException">PERMISSION_DENIED, CUSTOMER_NOT_ALLOWED.</exception>
    public static void RequireCustomer(Caller caller, string customerId, IReadOnlyList<string> partnerSubjects)
    {
        if (IsPartner(caller) && !partnerSubjects.Contains(caller.Subject, StringComparer.Ordinal))
            throw new RefusedException(Refusal.Denied($"customers/{customerId}", "CUSTOMER_NOT_ALLOWED", $"{caller.Name} has no rights for this customer.").With("customer_id", customerId));
    }

    /// <summary>True when the caller may read patient tokens: who orders, and nobody else.</summary>
    public static bool SeesPatients(Caller caller) => caller.Is(Roles.SupplyDesk) || caller.Is(Roles.Partner);

    /// <summary>True when the caller may read prices.</summary>
    public static bool SeesPrices(Caller caller) => caller.Is(Roles.SupplyDesk) || caller.Is(Roles.Partner) || caller.Is(Roles.Auditor) || caller.Is(Roles.MasterData);
}
