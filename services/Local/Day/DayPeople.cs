using Doseline.Identity.Keys;
using Doseline.Kernel.Auth;
using Doseline.Kernel.Ids;
using Doseline.Kernel.Signing;
using Doseline.Local.Signing;
using Doseline.Local.Simulation;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Doseline.Local.Day;

/// <summary>The people of the day, each with the rights of one desk and no more.</summary>
sealed class DayPeople(ISimulation platform)
{
    public CallInvoker Steward { get; } = As(platform, "Mara Stein", [Roles.MasterData]);
    public CallInvoker RadiationSafety { get; } = As(platform, "Rosa Olsen", [Roles.RadiationSafety]);
    public CallInvoker Planner { get; } = As(platform, "Pia Lang", [Roles.Planner]);
    public CallInvoker SupplyDesk { get; } = As(platform, "Sam Delgado", [Roles.SupplyDesk]);
    public CallInvoker Operator { get; } = As(platform, "Olive Park", [Roles.Operator]);
    public CallInvoker Verifier { get; } = As(platform, "Vic Moreau", [Roles.Verifier]);
    public CallInvoker Analyst { get; } = As(platform, "Ana Kovac", [Roles.QcAnalyst]);
    public CallInvoker Qa { get; } = As(platform, "Quinn Adler", [Roles.Qa]);
    public CallInvoker Shipper { get; } = As(platform, "Shay Brandt", [Roles.Shipping]);
    public CallInvoker Auditor { get; } = As(platform, "Ida Falk", [Roles.Auditor]);

    static CallInvoker As(SimulatedPlatform platform, string name, string[] roles)
    {
        Caller person = new() { Subject = $"person:{name}", Name = name, Roles = roles, Sites = [Caller.AllSites] };
        Caller witness = new() { Subject = "person:Vic Moreau", Name = "Vic Moreau", Roles = [Roles.Verifier], Sites = [Caller.AllSites] };
        return platform.As(person).Intercept(new SignedCalls(wanted => SignAsync(platform, wanted.IsSecond ? witness : person, wanted)));
    }

    static async Task<string?> SignAsync(SimulatedPlatform platform, Caller signer, SignatureWanted wanted)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(platform.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        return SignatureTokens.Write(
            new SignatureClaims
            {
                Id = platform.Services.GetRequiredService<IdSource>().New(),
                SignerId = signer.Subject,
                SignerName = signer.Name,
                Meaning = wanted.Need.Meaning,
                Method = wanted.Method,
                ContentHash = SignedContent.HashOf(SignedContent.Of(wanted.Method, wanted.Request)),
                Time = now,
                ExpireTime = now + SignatureTokens.Lifetime,
                Zone = "UTC",
                OffsetMinutes = 0,
                Roles = signer.Roles,
                Sites = signer.Sites,
                BothComponents = true,
                IsSecond = wanted.IsSecond,
            },
            (await platform.Services.GetRequiredService<SigningKeys>().CurrentAsync(default)).Private);
    }
}
