<?php
/*
 * A shop in plain PHP, written after the public description of est3Dgate and the pages of the documentation alone.
 *
 *   php -S 127.0.0.1:0 shop.php         serves the shop: /ok, /fail and /callback; SHOP_FOLDER is where it keeps what it knows
 *   php shop.php pay < payment.json     posts an order and goes through the pages as a browser would; prints where it ended
 *
 * No extension but those that every PHP has is needed.
 */

declare(strict_types=1);

const PAGES_MAX = 12;

function folder(): string
{
    return (string) getenv('SHOP_FOLDER');
}

/* The hash, version 3. */
function hash_of(array $fields, string $store_key): string
{
    $names = array_map('strval', array_keys($fields));
    natcasesort($names);
    $parts = [];
    foreach ($names as $name) {
        if (in_array(strtolower($name), ['hash', 'encoding'], true)) {
            continue;
        }
        $value = html_entity_decode(trim($fields[$name]), ENT_QUOTES | ENT_HTML5, 'UTF-8');
        $value = preg_replace("/\n$/D", '', $value);
        $parts[] = str_replace('|', '\\|', str_replace('\\', '\\\\', $value));
    }
    $parts[] = str_replace('|', '\\|', str_replace('\\', '\\\\', $store_key));
    return base64_encode(hash('sha512', implode('|', $parts), true));
}

/* What was posted, by its own names: $_POST would turn the dots of EXTRA.TRXDATE into underscores. */
function posted(string $body): array
{
    $fields = [];
    foreach (array_filter(explode('&', $body), 'strlen') as $pair) {
        [$name, $value] = array_pad(explode('=', $pair, 2), 2, '');
        $fields[urldecode($name)] = urldecode($value);
    }
    return $fields;
}

function is_right(array $fields, string $store_key): bool
{
    foreach ($fields as $name => $value) {
        if (strtolower((string) $name) === 'hash') {
            return hash_equals(hash_of($fields, $store_key), $value);
        }
    }
    return false;
}

function order_file(string $oid): string
{
    return folder() . '/order-' . bin2hex($oid) . '.json';
}

/* What the shop answers to a callback; it remembers by which transaction an order is paid. */
function judged(array $fields, bool $right): string
{
    $file = order_file($fields['oid'] ?? '');
    if (!$right || !file_exists($file)) {
        return 'FAILURE';
    }
    $order = json_decode((string) file_get_contents($file), true);
    if ((float) $fields['amount'] !== (float) $order['fields']['amount']) {
        return 'FAILURE';
    }
    if (!in_array($fields['ProcReturnCode'], ['00', '0'], true) || $fields['Response'] !== 'Approved') {
        return 'APPROVED';
    }
    $paid = $order['paid'] ?? [];
    if ($paid !== [] && !in_array($fields['TransId'], $paid, true)) {
        return 'FAILURE';
    }
    if ($paid === [] && in_array($order['answer'], ['ACTION=POSTAUTH', 'APPROVED'], true)) {
        $order['paid'] = [$fields['TransId']];
        file_put_contents($file, json_encode($order), LOCK_EX);
    }
    return $order['answer'];
}

function serve(): void
{
    $path = (string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
    header('Content-Type: text/plain; charset=utf-8');
    if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
        echo 'a shop';
        return;
    }
    $fields = posted((string) file_get_contents('php://input'));
    $right = is_right($fields, (string) getenv('SHOP_KEY'));
    $said = str_starts_with($path, '/callback') ? judged($fields, $right) : 'thank you';
    $event = $_SERVER['HTTP_CALLBACK_EVENT_ID'] ?? '';
    $row = ['path' => $path, 'fields' => $fields, 'hash_right' => $right, 'answer' => $said, 'event' => $event];
    file_put_contents(folder() . '/told.jsonl', json_encode($row) . "\n", FILE_APPEND | LOCK_EX);
    if ($said === '500') {
        http_response_code(500);
        $said = 'the shop is out of order';
    }
    echo $said;
}

/* One request, and no redirect followed; cookies come and go by the jar. */
function fetch(string $method, string $url, array $fields, array &$jar): array
{
    $headers = $jar === [] ? [] : ['Cookie: ' . implode('; ', array_map(fn($name) => "$name=$jar[$name]", array_keys($jar)))];
    $options = ['method' => $method, 'follow_location' => 0, 'ignore_errors' => true, 'timeout' => 60, 'protocol_version' => 1.1];
    if ($method === 'POST') {
        $headers[] = 'Content-Type: application/x-www-form-urlencoded';
        $options['content'] = http_build_query($fields, '', '&');
    }
    $options['header'] = [...$headers, 'Connection: close'];
    $text = file_get_contents($url, false, stream_context_create(['http' => $options]));
    $status = 0;
    $location = '';
    foreach ($http_response_header ?? [] as $line) {
        if (preg_match('~^HTTP/\S+ (\d+)~', $line, $found)) {
            $status = (int) $found[1];
        } elseif (preg_match('~^Location:\s*(\S+)~i', $line, $found)) {
            $location = $found[1];
        } elseif (preg_match('~^Set-Cookie:\s*([^=]+)=([^;]*)~i', $line, $found)) {
            $jar[$found[1]] = $found[2];
        }
    }
    return [$status, $location, (string) $text];
}

function absolute(string $base, string $url): string
{
    if (preg_match('~^https?://~', $url)) {
        return $url;
    }
    return preg_replace('~^(https?://[^/]+).*~s', '$1', $base) . $url;
}

function visited(string $method, string $url, array $fields, array &$jar): array
{
    [$status, $location, $text] = fetch($method, $url, $fields, $jar);
    for ($hop = 0; $hop < PAGES_MAX && in_array($status, [301, 302, 303, 307], true); $hop++) {
        $url = absolute($url, $location);
        [$status, $location, $text] = fetch('GET', $url, [], $jar);
    }
    return [$url, $text];
}

/* The forms of a page: where each goes, and the values that stand in it. */
function forms_of(string $text): array
{
    $forms = [];
    preg_match_all('~<form\b([^>]*)>(.*?)</form>~s', $text, $found, PREG_SET_ORDER);
    foreach ($found as [, $head, $inner]) {
        $form = ['action' => attribute($head, 'action'), 'values' => [], 'controls' => []];
        preg_match_all('~<(?:input|select|button)\b([^>]*)>~', $inner, $controls);
        foreach ($controls[1] as $control) {
            $name = attribute($control, 'name');
            $form['controls'][] = $name;
            if (attribute($control, 'type') === 'hidden') {
                $form['values'][$name] = attribute($control, 'value');
            }
        }
        $forms[] = $form;
    }
    return $forms;
}

function attribute(string $tag, string $name): string
{
    return preg_match("~\b$name=\"([^\"]*)\"~", $tag, $found) ? html_entity_decode($found[1], ENT_QUOTES | ENT_HTML5) : '';
}

function texts_of(string $text, string $tag): array
{
    preg_match_all("~<$tag\\b[^>]*>(.*?)</$tag>~s", $text, $found);
    $plain = fn($inner) => trim(preg_replace('~\s+~', ' ', html_entity_decode(strip_tags($inner), ENT_QUOTES | ENT_HTML5)));
    return array_map($plain, $found[1]);
}

/* The form to send next, and what is typed into it. */
function next_step(string $text, array $wanted, bool $card_typed): ?array
{
    $forms = forms_of($text);
    $typed = ['HASH' => [], 'code' => ['code' => $wanted['code']], 'pan' => $card_typed ? null : $wanted['card']];
    foreach ($typed as $control => $values) {
        foreach ($forms as $form) {
            if ($values === null || !in_array($control, $form['controls'], true)) {
                continue;
            }
            $cancelling = array_values(array_filter($forms, fn($each) => str_ends_with($each['action'], '/cancel')));
            $cancels = $wanted['cancels'] && $cancelling !== [];
            return $cancels ? [$control, $cancelling[0], []] : [$control, $form, $values];
        }
    }
    return null;
}

function pay(array $wanted): array
{
    $order = ['fields' => $wanted['fields'], 'answer' => $wanted['answer']];
    if (file_exists(order_file($wanted['fields']['oid']))) {
        $order['paid'] = json_decode((string) file_get_contents(order_file($wanted['fields']['oid'])), true)['paid'] ?? [];
    }
    file_put_contents(order_file($wanted['fields']['oid']), json_encode($order), LOCK_EX);
    $fields = $wanted['fields'];
    $fields['HASH'] = hash_of($fields, (string) getenv('SHOP_KEY'));
    $jar = [];
    $headings = [];
    $card_typed = false;
    [$url, $text] = visited('POST', $wanted['page'], $fields, $jar);
    for ($page = 0; $page < PAGES_MAX; $page++) {
        if (str_starts_with($url, $wanted['shop'])) {
            $path = (string) parse_url($url, PHP_URL_PATH);
            return ['path' => $path, 'headings' => $headings, 'sentences' => []];
        }
        $headings[] = implode(' ', texts_of($text, 'h1'));
        $step = next_step($text, $wanted, $card_typed);
        if ($step === null) {
            break;
        }
        [$control, $form, $values] = $step;
        $card_typed = $card_typed || $control === 'pan';
        [$url, $text] = visited('POST', absolute($url, $form['action']), [...$form['values'], ...$values], $jar);
    }
    return ['path' => '', 'headings' => $headings, 'sentences' => [...texts_of($text, 'li'), ...texts_of($text, 'p')]];
}

if (PHP_SAPI === 'cli-server') {
    serve();
} elseif (($argv[1] ?? '') === 'pay') {
    echo json_encode(pay(json_decode((string) stream_get_contents(STDIN), true, flags: JSON_THROW_ON_ERROR)));
} elseif (($argv[1] ?? '') === 'hash') {
    [$fields, $key] = json_decode((string) stream_get_contents(STDIN), true, flags: JSON_THROW_ON_ERROR);
    echo hash_of($fields, $key);
} else {
    fwrite(STDERR, "shop.php pay | hash\n");
    exit(2);
}
