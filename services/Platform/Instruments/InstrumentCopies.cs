using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;

namespace Doseline.Platform.Instruments;

/// <summary>Keeps what Execution tells of equipment, for a service whose records rest on readings.</summary>
/// <typeparam name="TDb">Database of the service; it has the table <c>instruments</c>.</typeparam>
public sealed class InstrumentCopies<TDb>(TDb db) : IFactHandler<EquipmentChanged> where TDb : ServiceDb
{
    /// <inheritdoc/>
    public async Task HandleAsync(EquipmentChanged fact, Fact envelope, CancellationToken cancel)
    {
        if (await db.LoadAsync<InstrumentRow>(cancel, fact.EquipmentId, envelope.Position) is not null) return;
        db.Put(new InstrumentRow
        {
            EquipmentId = fact.EquipmentId,
            Position = envelope.Position,
            SinceTime = envelope.Time,
            Code = fact.Code,
            Kind = fact.EquipmentClass switch
            {
                EquipmentClass.Instrument => InstrumentKind.Instrument,
                EquipmentClass.DoseCalibrator => InstrumentKind.DoseCalibrator,
                EquipmentClass.Balance => InstrumentKind.Balance,
                _ => InstrumentKind.None,
            },
            SiteId = fact.SiteId,
            InService = fact.InService,
            QualificationDueTime = fact.QualificationDueTime.ToDateTimeOffset(),
            CalibrationDueTime = fact.CalibrationDueTime?.ToDateTimeOffset(),
            Procedure = fact.Procedure,
        });
    }
}
