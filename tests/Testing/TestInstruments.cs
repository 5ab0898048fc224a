using Doseline.Execution.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Doseline.Testing;

/// <summary>Instruments as Execution tells of them, for tests of those who judge readings.</summary>
public static class TestInstruments
{
    /// <summary>The instrument that the cases of <see cref="Flaws"/> are about.</summary>
    public const string Doubtful = "doubtful-1";

    /// <summary>On what whoever reads the instrument of <see cref="ReadByTheTrainedAloneAsync"/> is trained.</summary>
    public const string Procedure = "reading-meter-7";

    /// <summary>What keeps a reading from counting, and the code of its refusal; one table for every service that judges readings.</summary>
    public static IReadOnlyDictionary<string, string> Flaws { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["never told of"] = "EQUIPMENT_UNKNOWN",
        ["told of after it was read"] = "EQUIPMENT_UNKNOWN",
        ["no instrument"] = "NOT_AN_INSTRUMENT",
        ["of another site"] = "EQUIPMENT_AT_OTHER_SITE",
        ["out of service"] = "EQUIPMENT_NOT_USABLE",
        ["qualification over"] = "EQUIPMENT_NOT_QUALIFIED",
        ["calibration over"] = "EQUIPMENT_NOT_CALIBRATED",
        ["calibrated after it was read"] = "EQUIPMENT_NOT_CALIBRATED",
        ["never calibrated"] = "EQUIPMENT_NOT_CALIBRATED",
    };

    /// <summary>Lets an hour pass, in which the instrument comes to what the case says. What was read in the middle of it (half an hour ago) does not count.</summary>
    public static async Task FlawAsync(this TestPlatform platform, string flaw, string siteId)
    {
        void Overdue(EquipmentChanged told) => told.CalibrationDueTime = Timestamp.FromDateTimeOffset(TestPlatform.Start);
        Action<EquipmentChanged>? change = flaw switch
        {
            "no instrument" => told => told.EquipmentClass = EquipmentClass.HotCell,
            "of another site" => told => told.SiteId = "elsewhere",
            "out of service" => told => told.InService = false,
            "qualification over" => told => told.QualificationDueTime = Timestamp.FromDateTimeOffset(TestPlatform.Start),
            "calibration over" or "calibrated after it was read" => Overdue,
            "never calibrated" => told => told.CalibrationDueTime = null,
            _ => null,
        };
        if (flaw is not ("never told of" or "told of after it was read")) await platform.InstrumentAsync(Doubtful, siteId, change);
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        if (flaw is "told of after it was read" or "calibrated after it was read") await platform.InstrumentAsync(Doubtful, siteId, since: platform.Now);
    }

    /// <summary>A reading is refused to somebody who is trained on everything but <see cref="Procedure"/>, and taken from somebody who is trained on that too.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="role">Role in which it is read.</param>
    /// <param name="read">Sends the reading, the same request each time.</param>
    public static async Task ReadByTheTrainedAloneAsync(TestPlatform platform, string role, Func<CallInvoker, Task> read)
    {
        Staff staff = new(platform);
        var trained = await staff.JoinAsync("pia", "Pia Special", [role], trained: [.. Staff.Procedures, Procedure]);
        var general = await staff.JoinAsync("ola", "Ola General", [role]);
        var refusal = Xunit.Assert.Single(await TestPlatform.RefusalsAsync(() => read(staff.In(general, null))));
        Xunit.Assert.Equal(("TRAINING_NEEDED", $"procedures/{Procedure}"), (refusal.Code, refusal.Subject));
        await read(staff.In(trained, null));
    }

    /// <summary>Tells of an instrument that is in service, qualified and calibrated for years.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="id">Equipment; its code is the same.</param>
    /// <param name="siteId">Site.</param>
    /// <param name="change">What is otherwise.</param>
    /// <param name="since">Since when; it has been so for years when null.</param>
    public static async Task InstrumentAsync(this TestPlatform platform, string id, string siteId, Action<EquipmentChanged>? change = null, DateTimeOffset? since = null)
    {
        EquipmentChanged told = new()
        {
            EquipmentId = id, Code = id, EquipmentClass = EquipmentClass.Instrument, SiteId = siteId, InService = true,
            QualificationDueTime = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddDays(3650)), CalibrationDueTime = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddDays(3650)),
        };
        change?.Invoke(told);
        await platform.GiveAsync(platform.Make("execution", id, told) with { Time = since ?? TestPlatform.Start.AddYears(-10) });
    }
}
