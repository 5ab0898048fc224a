// Independent peers of the identity service: an OpenID Connect client of another make signs in to ours, and the tokens of a provider of
// another make are accepted where configuration says so, and nowhere else.
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import * as oidc from 'openid-client';
import Provider from 'oidc-provider';
import { client, load, refusalsOf, start } from './platform.mjs';

const identity = load('doseline/identity/v1/people.proto', 'doseline/identity/v1/accounts.proto').doseline.identity.v1;
const orders = load('doseline/orders/v1/orders.proto').doseline.orders.v1;
const chosen = 'quiet harbour 9 walnut';
const audience = 'doseline';

let platform, foreign, foreignIssuer, console_, secrets;

before(async () => {
    foreign = createServer((request, response) => provider.callback()(request, response)).listen(0, '127.0.0.1');
    await once(foreign, 'listening');
    foreignIssuer = `http://127.0.0.1:${foreign.address().port}`;
    const provider = new Provider(foreignIssuer, {
        clients: [
            { client_id: 'mes', client_secret: 'a-secret-of-the-foreign-provider', grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
        ],
        features: {
            clientCredentials: { enabled: true },
            resourceIndicators: {
                enabled: true,
                defaultResource: () => 'urn:doseline',
                getResourceServerInfo: (_, resource) => ({ scope: 'api', audience: resource === 'urn:elsewhere' ? 'elsewhere' : audience, accessTokenTTL: 300, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } }),
            },
        },
        extraTokenClaims: () => ({ groups: ['rpt-desk', 'rpt-emperors'], plants: ['Boston'] }),
    });
    platform = await start(
        `--Issuers:0:Authority=${foreignIssuer}`, '--Issuers:0:SubjectPrefix=hospital:', '--Issuers:0:Claims:Role=groups', '--Issuers:0:Claims:Site=plants',
        '--Issuers:0:Roles:rpt-desk=supply_desk', '--Issuers:0:Sites:Boston=bos');
    secrets = { oneTime: /password, shown only now: +(\S+)/.exec(platform.log())[1] };
    console_ = await discover('console', undefined, oidc.None());
});

after(async () => {
    await platform?.stop();
    foreign?.close();
});

const discover = (id, secret, proof) => oidc.discovery(new URL(platform.web), id, secret, proof, { execute: [oidc.allowInsecureRequests] });

/** A browser that keeps cookies and follows nothing. */
function browser() {
    const jar = new Map();
    return async (url, form) => {
        const response = await fetch(new URL(url, platform.web), {
            method: form ? 'POST' : 'GET', redirect: 'manual', body: form && new URLSearchParams(form), headers: { cookie: [...jar].map(([k, v]) => `${k}=${v}`).join('; ') },
        });
        for (const cookie of response.headers.getSetCookie()) {
            const [name, value] = cookie.split(';')[0].split('=');
            jar.set(name, value);
        }
        return { status: response.status, location: response.headers.get('location'), page: await response.text() };
    };
}

/** Signs in through the pages and returns the tokens, checked by openid-client. */
async function signIn(login, password, visit = browser()) {
    const verifier = oidc.randomPKCECodeVerifier(), state = oidc.randomState(), nonce = oidc.randomNonce();
    const url = oidc.buildAuthorizationUrl(console_, {
        redirect_uri: `${platform.web}/session/callback`, scope: 'openid profile offline_access api', state, nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
    });
    let answer = await visit(url);
    const id = () => /name="sign_in" value="([^"]+)"/.exec(answer.page)[1];
    if (!answer.location) answer = await visit('/oauth/sign-in', { sign_in: id(), login, password });
    if (!answer.location) answer = await visit('/oauth/password', { sign_in: id(), login, current_password: password, new_password: chosen, new_password_again: chosen });
    assert.ok(answer.location, answer.page);
    const back = new URL(answer.location);
    const tokens = await oidc.authorizationCodeGrant(console_, back, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true });
    return { tokens, back, verifier, state, nonce };
}

test('A person signs in with code and PKCE, comes back with a refresh token, and signs out', async () => {
    const { tokens } = await signIn('admin', secrets.oneTime);
    const people = client(identity.PeopleService, platform.address, tokens.access_token);
    const me = await people.GetMe({});
    assert.equal(me.person.login, 'admin');
    assert.equal(tokens.claims().sub, me.person.person_id);
    const info = await oidc.fetchUserInfo(console_, tokens.access_token, tokens.claims().sub);
    assert.equal(info.preferred_username, 'admin');

    const next = await oidc.refreshTokenGrant(console_, tokens.refresh_token);
    assert.equal((await client(identity.PeopleService, platform.address, next.access_token).GetMe({})).person.login, 'admin');
    await assert.rejects(oidc.refreshTokenGrant(console_, tokens.refresh_token), { error: 'invalid_grant' });
    await assert.rejects(client(identity.PeopleService, platform.address, next.access_token).GetMe({}), error => refusalsOf(error)[0].code === 'TOKEN_INVALID');
    people.close();
});

test('A wrong nonce, a code used twice and a verifier of another are refused', async () => {
    const visit = browser();
    const first = await signIn('admin', chosen, visit);
    await assert.rejects(oidc.authorizationCodeGrant(console_, first.back, { pkceCodeVerifier: first.verifier, expectedState: first.state, expectedNonce: first.nonce }), { error: 'invalid_grant' });

    const verifier = oidc.randomPKCECodeVerifier(), fresh = browser();
    const ask = async nonce => {
        let answer = await fresh(oidc.buildAuthorizationUrl(console_, {
            redirect_uri: `${platform.web}/session/callback`, scope: 'openid api', nonce, code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
        }));
        if (!answer.location) answer = await fresh('/oauth/sign-in', { sign_in: /name="sign_in" value="([^"]+)"/.exec(answer.page)[1], login: 'admin', password: chosen });
        return new URL(answer.location);
    };
    await assert.rejects(oidc.authorizationCodeGrant(console_, await ask('mine'), { pkceCodeVerifier: verifier, expectedNonce: 'theirs', idTokenExpected: true }), { code: 'OAUTH_JWT_CLAIM_COMPARISON_FAILED' });
    await assert.rejects(oidc.authorizationCodeGrant(console_, await ask('mine'), { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedNonce: 'mine' }), { error: 'invalid_grant' });
});

test('Partners get tokens with a secret and with a key, and nobody makes an account of a service', async () => {
    const admin = (await signIn('admin', chosen)).tokens.access_token;
    const accounts = client(identity.AccountsService, platform.address, admin), people = client(identity.PeopleService, platform.address, admin);
    const made = await accounts.CreateAccount({
        request_id: randomUUID(), reason: 'contract', account: { client_id: 'mercy', name: 'Mercy Hospital', kind: 'ACCOUNT_KIND_PARTNER', proof: 'ACCOUNT_PROOF_SECRET', scopes: ['orders.read'] },
    });
    await people.ProposeRole({ request_id: randomUUID(), holder_id: made.account.account_id, role: 'partner', site_id: '*', reason: 'contract' });
    for (const proof of [oidc.ClientSecretBasic(made.client_secret), oidc.ClientSecretPost(made.client_secret)]) {
        const given = await oidc.clientCredentialsGrant(await discover('mercy', undefined, proof));
        const desk = client(orders.OrdersService, platform.address, given.access_token);
        assert.deepEqual((await desk.ListOrders({})).orders, []);
        await assert.rejects(desk.PlaceOrder({ request_id: randomUUID() }), error => refusalsOf(error)[0].code === 'SCOPE_NOT_ALLOWED');
        desk.close();
    }
    await assert.rejects(oidc.clientCredentialsGrant(await discover('mercy', undefined, oidc.ClientSecretPost('wrong'))), { name: 'WWWAuthenticateChallengeError', status: 401 });

    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const jwk = { ...await crypto.subtle.exportKey('jwk', pair.publicKey), kid: 'k1' };
    const keyed = { client_id: 'harbor', name: 'Harbor Clinic', kind: 'ACCOUNT_KIND_PARTNER', proof: 'ACCOUNT_PROOF_KEY', scopes: ['orders.read'], jwks_json: JSON.stringify({ keys: [jwk] }) };
    const harbor = await accounts.CreateAccount({ request_id: randomUUID(), reason: 'contract', account: keyed });
    const proven = await oidc.clientCredentialsGrant(await discover('harbor', undefined, oidc.PrivateKeyJwt({ key: pair.privateKey, kid: 'k1' })));
    assert.equal(JSON.parse(Buffer.from(proven.access_token.split('.')[1], 'base64url')).sub, harbor.account.account_id);
    await assert.rejects(
        accounts.CreateAccount({ request_id: randomUUID(), reason: 'own process', account: { ...keyed, client_id: 'service:labeling', name: 'labeling', kind: 'ACCOUNT_KIND_SERVICE', scopes: ['api'] } }),
        error => refusalsOf(error)[0].code === 'SERVICE_FROM_DEPLOYMENT');
    accounts.close();
    people.close();
});

const foreignToken = async resource => {
    const config = await oidc.discovery(new URL(foreignIssuer), 'mes', undefined, oidc.ClientSecretBasic('a-secret-of-the-foreign-provider'), { execute: [oidc.allowInsecureRequests] });
    return (await oidc.clientCredentialsGrant(config, { scope: 'api', resource })).access_token;
};

test('A token of another provider is accepted of who joined, with its claims mapped, and only for this audience', async () => {
    const desk = client(orders.OrdersService, platform.address, await foreignToken('urn:doseline'));
    await assert.rejects(desk.ListOrders({}), error => refusalsOf(error)[0].code === 'PERSON_NOT_JOINED');
    const staff = client(identity.PeopleService, platform.address, (await signIn('admin', chosen)).tokens.access_token);
    await staff.JoinPerson({ request_id: randomUUID(), login: 'mes', name: 'Mes of the hospital', external_subject: 'hospital:mes', reason: 'works here' });
    staff.close();
    // What was said of a subject counts for five seconds.
    await new Promise(resolve => setTimeout(resolve, 5500));
    assert.deepEqual((await desk.ListOrders({})).orders, []);
    const people = client(identity.PeopleService, platform.address, await foreignToken('urn:doseline'));
    await assert.rejects(people.ListPeople({}), error => refusalsOf(error)[0].code === 'ROLE_NOT_ALLOWED');
    const elsewhere = client(orders.OrdersService, platform.address, await foreignToken('urn:elsewhere'));
    await assert.rejects(elsewhere.ListOrders({}), error => refusalsOf(error)[0].code === 'TOKEN_INVALID');
    for (const stub of [desk, people, elsewhere]) stub.close();
});

test('A token without a signature, or signed with the public key as a secret, is nobodys', async () => {
    const [head, body] = (await foreignToken('urn:doseline')).split('.');
    const kid = JSON.parse(Buffer.from(head, 'base64url')).kid;
    const { keys } = await (await fetch(`${foreignIssuer}/jwks`)).json();
    const encode = object => Buffer.from(JSON.stringify(object)).toString('base64url');
    const none = `${encode({ alg: 'none', typ: 'at+jwt', kid })}.${body}.`;
    const confused = `${encode({ alg: 'HS256', typ: 'at+jwt', kid })}.${body}`;
    const hmac = createHmac('sha256', JSON.stringify(keys[0])).update(confused).digest('base64url');
    for (const token of [none, `${confused}.${hmac}`]) {
        const desk = client(orders.OrdersService, platform.address, token);
        await assert.rejects(desk.ListOrders({}), error => refusalsOf(error)[0].code === 'TOKEN_INVALID');
        desk.close();
    }
});
