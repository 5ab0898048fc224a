using Doseline.Identity.V1;
using Doseline.Kernel.Auth;
using Doseline.Local.Signing;
using Doseline.Local.Simulation;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Doseline.Local.Day;

/// <summary>The people of the day, each with the rights of one desk and no more. What must be signed they sign, through Identity.</summary>
sealed class DayPeople(ISimulation platform)
{
    public CallInvoker Steward { get; } = As(platform, "Mara Stein", [Roles.MasterData]);
    public CallInvoker RadiationSafety { get; } = As(platform, "Rosa Olsen", [Roles.RadiationSafety]);
    public CallInvoker Planner { get; } = As(platform, "Pia Lang", [Roles.Planner]);
    public CallInvoker SupplyDesk { get; } = As(platform, "Sam Delgado", [Roles.SupplyDesk]);
    public CallInvoker Operator { get; } = As(platform, "Olive Park", [Roles.Operator]);
    public CallInvoker Verifier { get; } = As(platform, Witness, [Roles.Verifier]);
    public CallInvoker Analyst { get; } = As(platform, "Ana Kovac", [Roles.QcAnalyst]);
    public CallInvoker Qa { get; } = As(platform, "Quinn Adler", [Roles.Qa]);
    public CallInvoker Shipper { get; } = As(platform, "Shay Brandt", [Roles.Shipping]);
    public CallInvoker Auditor { get; } = As(platform, "Ida Falk", [Roles.Auditor]);

    // Signs second where two must.
    const string Witness = "Vic Moreau";

    static CallInvoker As(ISimulation platform, string name, string[] roles)
    {
        var (own, witness) = (platform.As(name, roles), platform.As(Witness, [Roles.Verifier]));
        return own.Intercept(new SignedCalls(wanted => SignAsync(wanted.IsSecond ? witness : own, wanted)));
    }

    static async Task<string?> SignAsync(CallInvoker signer, SignatureWanted wanted) => (await new SigningService.SigningServiceClient(signer).SignAsync(new SignRequest
    {
        Method = wanted.Method, RequestJson = JsonFormatter.Default.Format(wanted.Request), Zone = "UTC", SecondPerson = wanted.IsSecond,
    })).Signature;
}
