using Doseline.Kernel.Auth;
using Doseline.Local.Simulation;
using Grpc.Core;

namespace Doseline.Local.Day;

/// <summary>The people of the day, each with the rights of one desk and no more.</summary>
sealed class DayPeople(ISimulation platform)
{
    public CallInvoker Steward { get; } = platform.As("Mara Stein", [Roles.MasterData]);
    public CallInvoker RadiationSafety { get; } = platform.As("Rosa Olsen", [Roles.RadiationSafety]);
    public CallInvoker Planner { get; } = platform.As("Pia Lang", [Roles.Planner]);
    public CallInvoker SupplyDesk { get; } = platform.As("Sam Delgado", [Roles.SupplyDesk]);
    public CallInvoker Operator { get; } = platform.As("Olive Park", [Roles.Operator]);
    public CallInvoker Verifier { get; } = platform.As("Vic Moreau", [Roles.Verifier]);
    public CallInvoker Analyst { get; } = platform.As("Ana Kovac", [Roles.QcAnalyst]);
    public CallInvoker Qa { get; } = platform.As("Quinn Adler", [Roles.Qa]);
    public CallInvoker Shipper { get; } = platform.As("Shay Brandt", [Roles.Shipping]);
    public CallInvoker Auditor { get; } = platform.As("Ida Falk", [Roles.Auditor]);
}
