namespace Doseline.Kernel.Rules;

/// <summary>Names of roles. What a role may do stands in the policy of each method, in the protos.</summary>
public static class Roles
{
    /// <summary>Every site, where sites are named.</summary>
    public const string AllSites = "*";

    /// <summary>Runs production steps.</summary>
    public const string Operator = "operator";

    /// <summary>Checks what an operator did.</summary>
    public const string Verifier = "verifier";

    /// <summary>Records QC results.</summary>
    public const string QcAnalyst = "qc_analyst";

    /// <summary>Decides disposition; the only role that may release.</summary>
    public const string Qa = "qa";

    /// <summary>Answers for possession, licences and waste.</summary>
    public const string RadiationSafety = "radiation_safety";

    /// <summary>Takes and changes orders.</summary>
    public const string SupplyDesk = "supply_desk";

    /// <summary>Packs, surveys and ships.</summary>
    public const string Shipping = "shipping";

    /// <summary>Plans production runs.</summary>
    public const string Planner = "planner";

    /// <summary>Maintains products, customers, sites, equipment, recipes and specifications.</summary>
    public const string MasterData = "master_data_steward";

    /// <summary>Runs the system; has no GxP right.</summary>
    public const string Administrator = "administrator";

    /// <summary>A hospital or supplier system.</summary>
    public const string Partner = "partner";

    /// <summary>Reads everything, changes nothing.</summary>
    public const string Auditor = "auditor";

    /// <summary>A service account of the platform; methods name the ones they serve as <c>service:orders</c>.</summary>
    public const string Service = "service";

    /// <summary>How the subjects of service accounts begin, in tokens and in policies.</summary>
    public const string ServicePrefix = "service:";

    /// <summary>Every role a token may carry.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Operator, Verifier, QcAnalyst, Qa, RadiationSafety, SupplyDesk, Shipping, Planner, MasterData, Administrator, Partner, Auditor];
}
