using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Platform.Rpc;
using Wire = Doseline.Identity.V1;

namespace Doseline.Identity.Api;

/// <summary>From rows to what is sent.</summary>
static class IdentityWire
{
    public static Wire.Person ToWire(this PersonRow row, IEnumerable<RoleAssignmentRow> roles, DateTimeOffset now, long? version = null) => new()
    {
        PersonId = row.Id,
        Login = row.Login,
        Name = row.Name,
        ExternalSubject = row.ExternalSubject,
        HasLeft = row.State is PersonState.Left,
        Locked = row.LockReason is not "" || row.LockedUntilTime > now,
        LockReason = row.LockReason,
        LockUntilTime = row.LockedUntilTime > now ? row.LockedUntilTime.ToWire() : null,
        MustChangePassword = row.PasswordState is PasswordState.OneTime,
        JoinTime = row.JoinedTime.ToWire(),
        LeaveTime = row.LeftTime.ToWire(),
        LastSignInTime = row.LastSignInTime.ToWire(),
        Roles = { roles.OrderBy(r => r.Role, StringComparer.Ordinal).ThenBy(r => r.SiteId, StringComparer.Ordinal).ThenBy(r => r.ProposedTime).Select(r => r.ToWire()) },
        Version = version ?? row.Version,
        Confirmed = row.Confirmed,
    };

    public static Wire.PersonChange ToWire(this PersonChangeRow row, long? version = null) => new()
    {
        ChangeId = row.Id,
        PersonId = row.PersonId,
        Kind = row.Kind is PersonChangeKind.Password ? Wire.PersonChangeKind.Password : Wire.PersonChangeKind.Particulars,
        Name = row.Name,
        ExternalSubject = row.ExternalSubject,
        State = ToWire(row.State),
        ProposedBy = row.ProposedBy,
        ProposeTime = row.ProposedTime.ToWire(),
        DecidedBy = row.DecidedBy,
        DecideTime = row.DecidedTime.ToWire(),
        Version = version ?? row.Version,
    };

    public static Wire.RoleAssignment ToWire(this RoleAssignmentRow row, long? version = null) => new()
    {
        AssignmentId = row.Id,
        HolderId = row.HolderId,
        Role = row.Role,
        SiteId = row.SiteId,
        State = ToWire(row.State),
        ProposedBy = row.ProposedBy,
        ProposeTime = row.ProposedTime.ToWire(),
        ApprovedBy = row.ApprovedBy,
        GrantTime = row.GrantedTime.ToWire(),
        RemovedBy = row.RemovedBy,
        RemoveTime = row.RemovedTime.ToWire(),
        Version = version ?? row.Version,
    };

    public static Wire.Account ToWire(this AccountRow row, long? version = null) => new()
    {
        AccountId = row.Id,
        ClientId = row.ClientId,
        Name = row.Name,
        Kind = row.Kind switch { AccountKind.Partner => Wire.AccountKind.Partner, AccountKind.Service => Wire.AccountKind.Service, _ => Wire.AccountKind.Application },
        Proof = row.Proof switch { AccountProof.Secret => Wire.AccountProof.Secret, AccountProof.Key => Wire.AccountProof.Key, _ => Wire.AccountProof.None },
        JwksJson = row.Jwks,
        Scopes = { row.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries) },
        RedirectUris = { row.RedirectUris.Split('\n', StringSplitOptions.RemoveEmptyEntries) },
        PostLogoutRedirectUris = { row.PostLogoutUris.Split('\n', StringSplitOptions.RemoveEmptyEntries) },
        Disabled = row.Disabled,
        SecretTime = row.SecretTime.ToWire(),
        Version = version ?? row.Version,
    };

    public static Wire.Procedure ToWire(this ProcedureRow row) => new()
    {
        Code = row.Code, ProcedureVersion = (int)row.ProcedureVersion, Title = row.Title, EffectiveTime = row.EffectiveTime.ToWire(), PublishedBy = row.PublisherName,
    };

    public static Wire.Training ToWire(this TrainingRow row, long version) => new()
    {
        TrainingId = row.Id,
        PersonId = row.PersonId,
        Code = row.Code,
        ProcedureVersion = (int)row.ProcedureVersion,
        TrainTime = row.TrainedTime.ToWire(),
        ExpireTime = row.ExpireTime.ToWire(),
        Evidence = row.Evidence,
        RecordedBy = row.RecorderName,
        WithdrawTime = row.WithdrawnTime.ToWire(),
        Version = version,
    };

    public static Wire.TrainingVerdict ToWire(this TrainingStanding standing) => standing switch
    {
        TrainingStanding.Trained => Wire.TrainingVerdict.Trained,
        TrainingStanding.Never => Wire.TrainingVerdict.Never,
        TrainingStanding.Outdated => Wire.TrainingVerdict.Outdated,
        TrainingStanding.Expired => Wire.TrainingVerdict.Expired,
        TrainingStanding.Withdrawn => Wire.TrainingVerdict.Withdrawn,
        TrainingStanding.NotConfirmed => Wire.TrainingVerdict.NotConfirmed,
        _ => Wire.TrainingVerdict.NoProcedure,
    };

    static Wire.AssignmentState ToWire(AssignmentState state) => state switch
    {
        AssignmentState.Proposed => Wire.AssignmentState.Proposed,
        AssignmentState.Granted => Wire.AssignmentState.Granted,
        AssignmentState.Refused => Wire.AssignmentState.Refused,
        _ => Wire.AssignmentState.Removed,
    };
}
